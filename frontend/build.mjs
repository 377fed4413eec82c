// Builds the map engine into the folder named on the command line: one ES module, MapLibre's worker, one style sheet,
// fonts and icons. Names carry a hash of the content, so that a browser may keep them for good.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ICONS } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
const packages = join(here, "node_modules");
const hash = (data) => createHash("sha256").update(data).digest("hex");

mkdirSync(join(out, "icons"), { recursive: true });

const workerSource = join(packages, "maplibre-gl/dist/maplibre-gl-worker.mjs");
const worker = `worker-${hash(readFileSync(workerSource)).slice(0, 10)}.mjs`;
copyFileSync(workerSource, join(out, worker));

// MapLibre picks a weight by the name of the family: the same files under the names that the style uses.
const named = {
  name: "named fonts",
  setup(told) {
    told.onResolve({ filter: /^map-fonts$/ }, () => ({ path: "map-fonts", namespace: "made" }));
    told.onLoad({ filter: /.*/, namespace: "made" }, () => {
      const plain = readFileSync(join(here, "src/fonts.css"), "utf8");
      const names = ["Inter Medium", "Inter Semibold", "Inter Italic"];
      const contents = names.map((name) => plain.replaceAll('"Inter"', JSON.stringify(name))).join("\n");
      return { contents, loader: "css", resolveDir: join(here, "src") };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { engine: "src/main.ts", style: "src/style.css" },
  outdir: out,
  assetNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  target: ["es2022"],
  minify: true,
  metafile: true,
  legalComments: "eof",
  loader: { ".woff2": "file", ".svg": "text" },
  plugins: [named],
  define: { WORKER: JSON.stringify(worker), "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});

// The page's own style sheet imports the fonts under a name that stays.
await build({
  absWorkingDir: here,
  entryPoints: { fonts: "src/fonts.css" },
  outdir: out,
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  loader: { ".woff2": "file" },
  logLevel: "warning",
});

// Icons: each as a file (for CSS masks) and all of them in one sprite (for <use>).
const symbols = ICONS.map((name) => {
  const drawn = readFileSync(join(packages, `lucide-static/icons/${name}.svg`), "utf8");
  const inside = drawn.slice(drawn.indexOf(">", drawn.indexOf("<svg")) + 1, drawn.lastIndexOf("</svg>")).trim();
  const frame =
    'viewBox="0 0 24 24" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  const file = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" ${frame} stroke="#000">${inside}</svg>\n`;
  writeFileSync(join(out, "icons", `${name}.svg`), file);
  return `<symbol id="${name}" ${frame} stroke="currentColor">${inside.replace(/\s*\n\s*/g, "")}</symbol>`;
});
writeFileSync(
  join(out, "icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
);

// Symbols of instruments as files, for legends; the map draws the same paths.
const AGES = {
  "": (path) => `<path d="${path}"/>`,
  _ring: (path) => `<path d="${path}" fill="none" stroke="#000" stroke-width="12"/>`,
  _hatch: (path, name) =>
    `<clipPath id="${name}"><path d="${path}"/></clipPath><path clip-path="url(#${name})" fill="none" stroke="#000" ` +
    `stroke-width="9" d="M-96 48 0-48M-72 48 24-48M-48 48 48-48M-24 48 72-48M0 48 96-48"/>` +
    `<path d="${path}" fill="none" stroke="#000" stroke-width="8"/>`,
  _bar: (path) =>
    `<path d="${path}" fill="none" stroke="#000" stroke-width="10"/>` +
    `<path d="M-25 25 25-25" fill="none" stroke="#000" stroke-width="12"/>`,
  _dotted: (path) =>
    `<path d="${path}" fill="none" stroke="#000" stroke-width="16" stroke-linecap="round" stroke-dasharray=".1 27"/>`,
};
mkdirSync(join(out, "symbols"), { recursive: true });
for (const [name, path] of Object.entries(JSON.parse(readFileSync(join(here, "src/shapes.json"), "utf8")))) {
  for (const [age, draw] of Object.entries(AGES)) {
    const frame = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-56 -56 112 112">${draw(path, name)}</svg>\n`;
    writeFileSync(join(out, "symbols", `${name}${age}.svg`), frame);
  }
}

// esbuild's own hash depends on the folder; ours only on the content
const entry = (source) => {
  const [path] = Object.entries(result.metafile.outputs).find(([, told]) => told.entryPoint === source);
  const made = join(here, path);
  const name = relative(out, made).replace(/(?=\.\w+$)/, `-${hash(readFileSync(made)).slice(0, 10)}`);
  renameSync(made, join(out, name));
  return name;
};
const [module, style] = [entry("src/main.ts"), entry("src/style.css")];
const files = {};
for (const name of readdirSync(out, { recursive: true, withFileTypes: true })) {
  if (!name.isFile()) continue;
  const path = join(name.parentPath, name.name);
  files[relative(out, path).replaceAll("\\", "/")] = hash(readFileSync(path));
}
const manifest = { module, style, worker, files };
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
