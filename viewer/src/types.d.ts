// What the pages are given (the records of polyhead, see docs/formats.md) and what they pass to one another.

export interface Page {
  title: string;
  node: HTMLElement;
  /** Called once the page is in the document, where its parts have sizes. */
  start(): unknown;
  keys?: Record<string, () => unknown>;
  /** The window has another size. */
  resize?(): unknown;
  /** The theme changed; a page without it is made anew. */
  recolour?(): unknown;
  /** Go to the part that the address names; a page without it is made anew when the address changes. */
  visit?(): unknown;
  [more: string]: any;
}

export interface Address {
  parts: string[];
  query: string;
}

export interface Route {
  kind: string;
  make(): Page | Promise<Page>;
  [more: string]: any;
}

/** What differs between reports, heads, graphs and studies. */
export interface App {
  title: string;
  home: string;
  /** Words of the link home on a page that cannot be shown. */
  back?: string;
  /** Key of the first data file. */
  data: string;
  open(data: any): unknown;
  route(address: Address): Route;
  bar(where: Route): { left: any[]; right?: any[] };
  keys: Record<string, () => unknown>;
  help(): [key: string, words: string][];
  /** Words for what Escape does. */
  escape?: string;
  /** Pages do not begin at their top. */
  keepScroll?: boolean;
}

export interface LoadingMap {
  method: string;
  cluster_sizes: number[];
  [more: string]: any;
}

export interface DictionaryCard {
  name: string;
  variant: string;
  method?: string;
  title?: string | null;
  side: "key" | "query" | "both" | string;
  loadings?: string | null;
  n_heads: number;
  n_latents: number;
  n_live: number;
  n_rows: number;
  head_names: string[];
  group_names?: string[] | null;
  loading_map?: LoadingMap | null;
  config: Record<string, unknown>;
  row_shards: number;
  page_shards: number[];
  page_shard_size: number;
  [more: string]: any;
}

/** All rows of one dictionary as columns. */
export interface LatentTable {
  n: number;
  width: number;
  vocabulary: string[];
  card: DictionaryCard;
  loadings: Float32Array;
  position: Map<number, number>;
  words(name: string, place: number, most?: number): string[];
  [column: string]: any;
}

export interface ReportData {
  title: string;
  dictionaries: DictionaryCard[];
  evaluations: any[];
  [more: string]: any;
}

export interface Score {
  key: string;
  title: string;
  group: string;
  definition: string;
  values: (number | null)[];
}

export interface UnitFamily {
  name: string;
  kind: "neuron" | "head" | "latent" | string;
  layer: number;
  n_units: number;
  n_units_all: number;
  row_shards: number;
  page_shard_size: number;
  [more: string]: any;
}

export interface HeadsData {
  title: string;
  heads: [layer: number, head: number][];
  scores: Score[];
  families: UnitFamily[];
  weights: { key: string; matrix: string; layer: number; n_blocks: number; excess: number }[];
  has_pairs: boolean;
  has_preferences: boolean;
  [more: string]: any;
}

export interface UnitTable {
  n: number;
  vocabulary: string[];
  family: Int32Array;
  unit: Int32Array;
  words(name: string, place: number, most?: number): string[];
  [column: string]: any;
}

export interface GraphSummary {
  slug: string;
  prompt: string;
  [more: string]: any;
}

/** A graph in memory: see graphs/model.js. */
export type Graph = ReturnType<typeof import("./graphs/model.js").build>;
export type GraphLayout = ReturnType<typeof import("./graphs/layout.js").place>;
/** How a drawing is moved and scaled. */
export interface Camera {
  zoom: number;
  x: number;
  y: number;
  moved?: boolean;
}

export interface Distribution {
  label: string;
  values: number[];
  unit: string;
  n_diverged: number;
}
export interface StudySummary {
  name: string;
  title: string;
  [more: string]: any;
}
export interface StudyList {
  studies: StudySummary[];
  missing: { name: string; command: string }[];
}

declare global {
  /** The one global name of a page: data files call `receive`, tests ask for the page that is shown. */
  var polyhead: { receive(key: string, text: string): void; page?(): Page | null };
}
