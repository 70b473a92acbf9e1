// Data files are scripts that call polyhead.receive(key, text); each is loaded once, when first needed.

const KEPT_PAGE_FILES = 12;
const promises = new Map();
const takers = new Map();

// The one global name of a page.
globalThis.polyhead = { receive: (key, text) => takers.get(key)?.(text) };

export const load = (key) => {
  if (promises.has(key)) return promises.get(key);
  const promise = new Promise((resolve, reject) => {
    const script = document.createElement("script");
    takers.set(key, (text) => {
      takers.delete(key);
      try {
        resolve(JSON.parse(text));
      } catch {
        fail("is damaged");
      }
    });
    script.src = `data/${key.split("/").map(encodeURIComponent).join("/")}.js`;
    const fail = (why) => {
      promises.delete(key);
      takers.delete(key);
      reject(new Error(`data/${key}.js ${why}`));
    };
    script.onload = () => {
      script.remove();
      if (takers.has(key)) fail("is damaged");
    };
    script.onerror = () => {
      script.remove();
      fail("could not be loaded: was the report folder copied whole?");
    };
    document.head.append(script);
  });
  promises.set(key, promise);
  const pages = [...promises.keys()].filter((k) => k.includes("/pages-"));
  for (const old of pages.slice(0, Math.max(0, pages.length - KEPT_PAGE_FILES))) promises.delete(old);
  return promise;
};

const shard = (n) => String(n).padStart(4, "0");
const NUMBERS = [
  ...["density", "energy_share", "max_activation", "effective_heads", "identity_share", "map_x", "map_y"],
  ...["family_share", "distance"],
];
const WHOLE = ["latent", "main_head", "cluster", "group"];
const TOKENS = ["top_source_tokens", "top_key_tokens", "top_promoted"];
const TEXTS = ["family", "label"];
const tables = new Map();

const readTable = async (card) => {
  // All rows of one dictionary as columns: typed arrays, and token lists as indices into `vocabulary`.
  const keys = Array.from({ length: card.row_shards }, (_, i) => `${card.name}/rows-${shard(i)}`);
  const [vocabulary, ...parts] = await Promise.all([load(`${card.name}/tokens`), ...keys.map(load)]);
  const n = card.n_rows,
    width = card.n_heads + 1;
  const table = { n, width, vocabulary, card, loadings: new Float32Array(n * width) };
  for (const name of NUMBERS) table[name] = new Float32Array(n);
  for (const name of WHOLE) table[name] = new Int32Array(n);
  for (const name of TOKENS) table[name] = [];
  for (const name of TEXTS) table[name] = [];
  for (const part of parts) {
    for (const name of [...NUMBERS, ...WHOLE])
      table[name].set(
        part[name].map((v) => (v === null ? NaN : v)),
        part.first,
      );
    for (const name of TEXTS) for (const text of part[name]) table[name].push(text);
    table.loadings.set(part.loadings, part.first * width);
    for (const name of TOKENS) for (const list of part[name]) table[name].push(list);
  }
  keys.forEach((key) => promises.delete(key));
  table.position = new Map();
  for (let i = 0; i < n; i++) table.position.set(table.latent[i], i);
  table.words = (name, i, most = 99) => table[name][i].slice(0, most).map((t) => vocabulary[t]);
  return table;
};

export const loadTable = (card) => {
  if (!tables.has(card.name)) tables.set(card.name, readTable(card));
  return tables.get(card.name);
};

export const loadPage = async (card, latent) => {
  // The page of one latent, or null where none was saved.
  const number = Math.floor(latent / card.page_shard_size);
  if (!card.page_shards.includes(number)) return null;
  const pages = await load(`${card.name}/pages-${shard(number)}`);
  return pages[latent] || null;
};
