// Builds the front end: static/src -> static/dist (two style sheets, app.js with its chunks, fonts and images), and the
// fonts of what is printed -> static/paper.
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";
import subsetFont from "subset-font";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "static", "src");
const modules = join(root, "node_modules");
const paper = join(root, "static", "paper");
const printed = join(modules, `.paper-${process.pid}`);
const finished = join(root, "static", "dist");
const dist = join(modules, `.dist-${process.pid}`); // takes its place at the end, so that a running server always finds a whole one

// Every family is one variable font on its weight axis, cut by script: a browser fetches only the
// files whose unicode-range it needs.
const families = [
  { name: "Atkinson Hyperlegible Next Variable", package: "atkinson-hyperlegible-next" },
  { name: "Source Serif 4 Variable", package: "source-serif-4" },
];
// Scripts that the fonts of the PDF engine do not have, for names and texts in any language.
const scripts = [
  "noto-naskh-arabic",
  "noto-serif-hebrew",
  "noto-sans-devanagari",
  "noto-sans-bengali",
  "noto-sans-tamil",
  "noto-sans-thai",
  "noto-sans-ethiopic",
  "noto-sans-georgian",
  "noto-sans-armenian",
  "noto-sans-sc",
  "noto-sans-kr",
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

// Every page's style sheet, and the part of it that the reading pages need.
const sheets = ["app", "reading"];

async function buildStyles() {
  const faces = (await Promise.all(families.map(cutFamily))).join("");
  for (const sheet of sheets) {
    const { css } = compile(join(src, "scss", `${sheet}.scss`), {
      style: "compressed",
      charset: false,
      loadPaths: [modules],
      quietDeps: true,
      silenceDeprecations: ["import"], // Bootstrap 5 can only be loaded with @import
    });
    await writeFile(join(dist, `${sheet}.css`), `@charset "UTF-8";${faces}${directionless(css)}\n`);
  }
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
  // The editor of the writing page: one file of its own, loaded nowhere else.
  await build({
    entryPoints: [join(src, "ts", "clause-editor.ts")],
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    logLevel: "warning",
  });
}

// Parts of those families that the PDF engine's own fonts are better at.
const inOthers = /^(latin|latin-ext|vietnamese|cyrillic|cyrillic-ext|greek|greek-ext)$/;

/** Writes the parts of one family for paper: each of its files at one weight, in the form that Typst reads. */
async function setFamily(name) {
  const home = join(modules, "@fontsource-variable", name);
  const ranges = JSON.parse(await readFile(join(home, "unicode.json"), "utf8"));
  for (const [subset, range] of Object.entries(ranges)) {
    if (inOthers.test(subset)) continue;
    const part = subset.replace(/[^\w-]/g, "");
    const whole = await readFile(join(home, "files", `${name}-${part}-wght-normal.woff2`));
    const cut = await subsetFont(whole, charactersOf(range), { targetFormat: "sfnt", variationAxes: { wght: 400 } });
    await writeFile(join(printed, `${name}-${part}.ttf`), cut);
  }
}

async function buildPaperFonts() {
  await mkdir(printed, { recursive: true });
  for (const name of scripts) {
    await setFamily(name);
  }
  await rm(paper, { recursive: true, force: true });
  await rename(printed, paper);
}

try {
  await mkdir(join(dist, "fonts"), { recursive: true });
  await Promise.all([
    buildStyles(),
    buildScripts(),
    buildPaperFonts(),
    cp(join(src, "images"), join(dist, "images"), { recursive: true }),
  ]);
  await rm(finished, { recursive: true, force: true });
  await rename(dist, finished);
} finally {
  await rm(dist, { recursive: true, force: true });
  await rm(printed, { recursive: true, force: true });
}
