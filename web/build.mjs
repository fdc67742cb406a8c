// Makes everything the server and the browser need from web/: styles, scripts, fonts, templates, texts.
// Rule: all faults are found, and named, before the first file is written, so a failed build leaves the old output whole.
//
//   node build.mjs [OUT]      OUT defaults to ../build/web
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";
import esbuild from "esbuild";
import { browserslistToTargets, bundleAsync, transform } from "lightningcss";
import subsetFont from "subset-font";

const web = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(web, "../build/web"));
const cssTargets = browserslistToTargets(["chrome 111", "firefox 115", "safari 16.4"]);
const jsTarget = ["es2022", "chrome111", "firefox115", "safari16.4"];
const faults = [];
const assets = new Map(); // logical name -> {file, bytes}

const read = (file) => fs.readFileSync(path.join(web, file), "utf8");

/** Paths under web/ (with /) whose name ends in `ending`, sorted; node_modules and hidden folders left out. */
function filesEndingIn(ending, folder = "") {
  return fs
    .readdirSync(path.join(web, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory())
        return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : filesEndingIn(ending, file);
      return file.endsWith(ending) ? [file] : [];
    });
}

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 10);

function addAsset(name, content) {
  const bytes = Buffer.from(content);
  const { name: stem, ext } = path.parse(name);
  assets.set(name, { file: `${stem}-${hashOf(bytes)}${ext}`, bytes });
}

const urlOf = (name) => `/assets/${assets.get(name).file}`;

// ------------------------------------------------------------------------------------------------------------- fonts
async function makeFonts() {
  const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const weights = { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 800 } } };
  const source = (part) =>
    fs.readFileSync(
      path.join(web, `node_modules/@fontsource-variable/commissioner/files/commissioner-${part}-wght-normal.woff2`),
    );
  const usual = range(0x20, 0x7e) + "\u00a0áàäâãåæçéèëêíìïîñóòöôõøœúùüûýÿßÁÀÄÂÅÆÇÉÈËÊÍÌÏÎÑÓÒÖÔØŒÚÙÜÛÝ" + "€£§©®°·…–—‘’“”„‚«»•×÷½¼¾±²³→←†";
  const rare = range(0x100, 0x151) + range(0x154, 0x17f) + range(0x218, 0x21b) + "\u1e9e";
  const [main, extended] = await Promise.all([
    subsetFont(source("latin"), usual, weights),
    subsetFont(source("latin-ext"), rare, weights),
  ]);
  addAsset("commissioner.woff2", main);
  addAsset("commissioner-extended.woff2", extended);
}

// ------------------------------------------------------------------------------------------------------------ styles
async function makeStyles() {
  const entry = path.join(web, "design/forum.css");
  const features = path.join(web, "design/features");
  const shared = new Set(["design", "live", "texts"]);
  const { code } = await bundleAsync({
    filename: entry,
    minify: true,
    targets: cssTargets,
    resolver: {
      read: (file) =>
        file === features
          ? filesEndingIn(".css")
              .filter((css) => !shared.has(css.split("/")[0]) && css !== "layout/503.css")
              .map((css) => `@import url("../${css}");`)
              .join("\n")
          : fs.readFileSync(file, "utf8"),
      resolve: (specifier, from) => path.resolve(path.dirname(from), specifier),
    },
  });
  const css = Buffer.from(code)
    .toString()
    .replace(/url\("?asset:([^")]+)"?\)/g, (_, name) => {
      if (!assets.has(name)) faults.push(`styles: unknown asset ${name}`);
      return assets.has(name) ? `url(${urlOf(name)})` : "none";
    });
  addAsset("forum.css", css);
}

// ----------------------------------------------------------------------------------------------------------- scripts
async function makeScripts() {
  const result = await esbuild.build({
    entryPoints: [path.join(web, "enhance.ts")],
    outdir: "/assets",
    bundle: true,
    splitting: true,
    format: "esm",
    target: jsTarget,
    minify: true,
    legalComments: "none",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    write: false,
    logLevel: "silent",
    tsconfig: path.join(web, "tsconfig.json"),
  });
  for (const { path: file, contents } of result.outputFiles) {
    const name = path.basename(file);
    assets.set(name.startsWith("enhance-") ? "enhance.js" : name, { file: name, bytes: Buffer.from(contents) });
  }
}

// ------------------------------------------------------------------------------------------------------------- texts
function placeholdersOf(text) {
  const forms = typeof text === "string" ? [text] : Object.values(text);
  return [...new Set(forms.flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1])))].sort();
}

function makeTexts() {
  const texts = { nl: {}, en: {} };
  for (const file of filesEndingIn(".json", "texts")) {
    const [, feature, language] = /^texts\/(\w+)\.(nl|en)\.json$/.exec(file) ?? [];
    if (!feature) {
      faults.push(`${file}: a file of texts is named <feature>.nl.json or <feature>.en.json`);
      continue;
    }
    let content;
    try {
      content = JSON.parse(read(file));
    } catch (error) {
      faults.push(`${file}: ${error.message}`);
      continue;
    }
    for (const [name, text] of Object.entries(content)) {
      const isText = typeof text === "string";
      const isPlural =
        !isText && typeof text?.one === "string" && typeof text?.other === "string" && Object.keys(text).length === 2;
      if (!isText && !isPlural) faults.push(`${file}: ${name} must be a string or {"one":"…","other":"…"}`);
      else texts[language][`${feature}.${name}`] = text;
    }
  }
  for (const [one, other] of [["nl", "en"], ["en", "nl"]])
    for (const key of Object.keys(texts[one]))
      if (!(key in texts[other])) faults.push(`texts: ${key} is missing in ${other}`);
  for (const [key, dutch] of Object.entries(texts.nl)) {
    const english = texts.en[key];
    if (english === undefined) continue;
    if (typeof dutch !== typeof english) faults.push(`texts: ${key} is plural in one language only`);
    else if (placeholdersOf(dutch).join() !== placeholdersOf(english).join())
      faults.push(`texts: ${key} has other placeholders in nl than in en`);
  }
  return texts;
}

// --------------------------------------------------------------------------------------------------------- templates
function iconMarkup(icon) {
  const file = path.join(web, `node_modules/@tabler/icons/icons/outline/${icon}.svg`);
  if (!fs.existsSync(file)) return null;
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(fs.readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/, ""))[1];
  const shapes = inner.replace(/\s*\n\s*/g, "").replace(/<path stroke="none"[^>]*\/>/, "");
  return (
    '<svg class="fd-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" ' +
    `stroke-linejoin="round" aria-hidden="true" focusable="false">${shapes}</svg>`
  );
}

/** The partials, texts and assets a template names; faults are noted with the line. */
function checkTemplate(file, source, templates, texts) {
  const at = (index) => `${file}:${source.slice(0, index).split("\n").length}`;
  for (const match of source.matchAll(/\{\{>\s*([^}\s]+)\s*\}\}/g)) {
    const partial = match[1];
    if (templates.has(partial)) continue;
    const icon = partial.startsWith("i-") ? iconMarkup(partial.slice(2)) : null;
    if (icon) templates.set(partial, { file: `icon ${partial}`, source: icon });
    else faults.push(`${at(match.index)}: unknown ${partial.startsWith("i-") ? "icon" : "partial"} ${partial}`);
  }
  for (const match of source.matchAll(/\{\{asset\s+([^}\s]+)\s*\}\}/g))
    if (!assets.has(match[1])) faults.push(`${at(match.index)}: unknown asset ${match[1]}`);
  for (const match of source.matchAll(/\{\{t\s+([^}\s]+)([^}]*)\}\}/g)) {
    const [, key, rest] = match;
    const text = texts.nl[key];
    if (text === undefined) {
      faults.push(`${at(match.index)}: unknown text ${key}`);
      continue;
    }
    const given = [...rest.matchAll(/(\w+)=[\w.]+/g)].map((argument) => argument[1]);
    const needed = placeholdersOf(text);
    if (typeof text !== "string" && !needed.includes("n")) needed.push("n");
    for (const name of needed) if (!given.includes(name)) faults.push(`${at(match.index)}: ${key} needs ${name}=`);
    for (const name of given) if (!needed.includes(name)) faults.push(`${at(match.index)}: ${key} has no {${name}}`);
  }
  const open = [];
  for (const match of source.matchAll(/\{\{([#^/])\s*([\w.]+)\s*\}\}/g)) {
    const [, mark, name] = match;
    if (mark !== "/") open.push(name);
    else if (open.pop() !== name) return faults.push(`${at(match.index)}: {{/${name}}} closes what is not open`);
  }
  if (open.length) faults.push(`${file}: {{#${open.at(-1)}}} is not closed`);
}

function makeTemplates(texts) {
  const templates = new Map(); // basename -> {file, source}
  for (const file of filesEndingIn(".mustache")) {
    const name = path.basename(file, ".mustache");
    if (templates.has(name)) faults.push(`${file}: the name ${name} is also taken by ${templates.get(name).file}`);
    templates.set(name, { file, source: read(file).replace(/\n$/, "") });
  }
  for (const { file, source } of [...templates.values()]) checkTemplate(file, source, templates, texts);
  return templates;
}

// ------------------------------------------------------------------------------------------------- pages on their own
/** The page nginx shows while the server is away: one file that needs nothing else. */
function makeUnavailablePage() {
  const { code } = transform({
    filename: "503.css",
    code: Buffer.from(read("layout/503.css")),
    minify: true,
    targets: cssTargets,
  });
  return read("layout/503.html").replace("/* 503.css */", () => Buffer.from(code).toString());
}

// ------------------------------------------------------------------------------------------------------------ writing
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

async function write(templates, texts, unavailable) {
  for (const folder of ["assets", "templates", "texts"]) {
    fs.rmSync(path.join(out, folder), { recursive: true, force: true });
    fs.mkdirSync(path.join(out, folder), { recursive: true });
  }
  const save = (file, content) => fs.writeFileSync(path.join(out, file), content);
  for (const [name, { source }] of templates) save(`templates/${name}.mustache`, source);
  for (const [language, content] of Object.entries(texts))
    save(`texts/${language}.json`, JSON.stringify(content, Object.keys(content).concat("one", "other").sort(), 1));
  save("503.html", unavailable);
  fs.copyFileSync(path.join(web, "layout/robots.txt"), path.join(out, "robots.txt"));
  fs.copyFileSync(path.join(web, "openapi.json"), path.join(out, "openapi.json"));
  await Promise.all(
    [...assets.values()].map(async ({ file, bytes }) => {
      save(`assets/${file}`, bytes);
      if (file.endsWith(".woff2")) return; // compressed by itself
      const size = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } };
      save(`assets/${file}.br`, await brotli(bytes, size));
      save(`assets/${file}.gz`, await gzip(bytes, { level: 9 }));
    }),
  );
  // Last, because its presence says that the rest is whole.
  save("assets.json", JSON.stringify(Object.fromEntries([...assets.keys()].sort().map((name) => [name, urlOf(name)])), null, 1));
}

try {
  await Promise.all([makeFonts(), makeScripts()]);
  await makeStyles();
  addAsset("favicon.svg", read("layout/favicon.svg"));
  const texts = makeTexts();
  const templates = makeTemplates(texts);
  const unavailable = makeUnavailablePage();
  if (faults.length === 0) await write(templates, texts, unavailable);
} catch (error) {
  faults.push(...(error.errors?.map((e) => `${e.location?.file}:${e.location?.line}: ${e.text}`) ?? [`${error.fileName ?? "build"}${error.loc ? `:${error.loc.line}` : ""}: ${error.message}`]));
}
if (faults.length) {
  console.error(`web: ${faults.length} ${faults.length === 1 ? "fault" : "faults"}, nothing written`);
  for (const fault of faults) console.error(`  ${fault}`);
  process.exit(1);
}
console.log(`web: ${assets.size} assets in ${out}`);
