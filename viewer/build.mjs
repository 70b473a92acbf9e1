// Bundles the script of each kind of page. `node build.mjs` writes them where the Python package ships them from;
// `node build.mjs FOLDER` writes them elsewhere, for the test that the committed ones are up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const shipped = join(here, "..", "src", "polyhead", "reports", "assets");
const KINDS = ["report", "heads", "graphs", "studies", "live", "home"];

// The licences of the packages that a bundle holds parts of.
const notices = (inputs) => {
  const names = new Set(Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]));
  names.delete(undefined);
  return [...names].sort().map((name) => {
    const folder = join(here, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}`;
  });
};

const bundle = async (kind) => {
  const made = await build({
    absWorkingDir: here,
    entryPoints: [`src/${kind}/app.js`],
    bundle: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    preserveSymlinks: true, // the comments name packages by their place below node_modules
    legalComments: "none", // written whole below
    write: false,
    metafile: true,
  });
  const licences = notices(Object.values(made.metafile.outputs)[0].inputs);
  const head = `/*! polyhead, ${kind} pages. Built from viewer/src by \`make viewer\`; do not edit. MIT licence.`;
  const parts = licences.map((text) => `\nContains parts of ${text.replaceAll("*/", "* /")}\n`);
  return `${[head, ...parts].join("\n")} */\n${made.outputFiles[0].text}`;
};

const out = process.argv[2] ? resolve(process.argv[2]) : shipped;
for (const kind of KINDS) writeFileSync(join(out, `${kind}.js`), await bundle(kind));
