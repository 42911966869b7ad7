// Builds the front end: static/src -> static/dist (app.css, app.js with its chunks, fonts and images).
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";
import subsetFont from "subset-font";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "static", "src");
const modules = join(root, "node_modules");
const finished = join(root, "static", "dist");
const dist = join(modules, `.dist-${process.pid}`); // takes its place at the end, so that a running server always finds a whole one

// Every family is one variable font on its weight axis, cut by script: a browser fetches only the
// files whose unicode-range it needs.
const families = [
  { name: "Atkinson Hyperlegible Next Variable", package: "atkinson-hyperlegible-next" },
  { name: "Source Serif 4 Variable", package: "source-serif-4" },
];
// The weights that the pages use; cutting the axis to them takes a third off every file.
const weights = { min: 400, max: 700 };

// Bootstrap is written left to right; our pages are not. Sides become start and end, so that one
// style sheet serves both directions.
const sides = [
  [/\b(margin|padding)-left\s*:/g, "$1-inline-start:"],
  [/\b(margin|padding)-right\s*:/g, "$1-inline-end:"],
  [/\bborder-left\b/g, "border-inline-start"],
  [/\bborder-right\b/g, "border-inline-end"],
  [/\bborder-top-left-radius\b/g, "border-start-start-radius"],
  [/\bborder-top-right-radius\b/g, "border-start-end-radius"],
  [/\bborder-bottom-left-radius\b/g, "border-end-start-radius"],
  [/\bborder-bottom-right-radius\b/g, "border-end-end-radius"],
  [/\btext-align\s*:\s*left\b/g, "text-align:start"],
  [/\btext-align\s*:\s*right\b/g, "text-align:end"],
];

/** The style sheet with every physical side turned into a logical one. */
function directionless(css) {
  return sides.reduce((text, [side, logical]) => text.replace(side, logical), css);
}

/** The characters of a CSS unicode-range: "U+0000-00FF,U+0131". */
function charactersOf(range) {
  const found = [];
  for (const part of range.split(",")) {
    const [first, last] = part.trim().replace(/^U\+/i, "").split("-");
    for (let code = parseInt(first, 16); code <= parseInt(last ?? first, 16); code += 1) {
      found.push(String.fromCodePoint(code));
    }
  }
  return found.join("");
}

/** Writes one family's files, cut to the weights in use, and returns its @font-face rules. */
async function cutFamily({ name, package: pkg }) {
  const home = join(modules, "@fontsource-variable", pkg);
  const ranges = JSON.parse(await readFile(join(home, "unicode.json"), "utf8"));
  const faces = [];
  for (const style of ["normal", "italic"]) {
    for (const [subset, range] of Object.entries(ranges)) {
      const file = `${pkg}-${subset}-wght-${style}.woff2`;
      const whole = await readFile(join(home, "files", file));
      const cut = await subsetFont(whole, charactersOf(range), {
        targetFormat: "woff2",
        variationAxes: { wght: weights },
      });
      await writeFile(join(dist, "fonts", file), cut);
      faces.push(
        `@font-face{font-family:"${name}";font-style:${style};font-weight:${weights.min} ${weights.max};font-display:optional;` +
          `src:url("fonts/${file}") format("woff2");unicode-range:${range}}`,
      );
    }
  }
  return faces.join("");
}

async function buildStyles() {
  const { css } = compile(join(src, "scss", "app.scss"), {
    style: "compressed",
    charset: false,
    loadPaths: [modules],
    quietDeps: true,
    silenceDeprecations: ["import"], // Bootstrap 5 can only be loaded with @import
  });
  const faces = await Promise.all(families.map(cutFamily));
  await writeFile(join(dist, "app.css"), `@charset "UTF-8";${faces.join("")}${directionless(css)}\n`);
}

async function buildScripts() {
  await build({
    entryPoints: [join(src, "ts", "app.ts")],
    outdir: dist,
    chunkNames: "js/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    logLevel: "warning",
  });
}

try {
  await mkdir(join(dist, "fonts"), { recursive: true });
  await Promise.all([
    buildStyles(),
    buildScripts(),
    cp(join(src, "images"), join(dist, "images"), { recursive: true }),
  ]);
  await rm(finished, { recursive: true, force: true });
  await rename(dist, finished);
} finally {
  await rm(dist, { recursive: true, force: true });
}
