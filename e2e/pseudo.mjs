// A language made of the English catalogue: accents, 40 per cent longer, and in
// brackets, so that a text that is in no catalogue and one that has no room are
// seen. It comes in place of the German catalogue, on its way to the browser.
import { fileURLToPath, pathToFileURL } from "node:url";

const web = new URL("../web/", import.meta.url);
const accents = Object.fromEntries([..."AEIOUaeiouNncsy"].map((letter, i) => [letter, "ÅÉÎÖÛåéîöûÑñçšý"[i]]));

export function pseudo(text) {
  const words = text.replaceAll(/\{\{.*?\}\}|<\/?\w+\/?>|\$t\(.*?\)|[A-Za-z]/g, (part) => (part.length === 1 ? (accents[part] ?? part) : part));
  // What is added is words, which go to another line as others do.
  return `⟦${words}${" ~~~~~".repeat(Math.ceil(text.length / 15))}⟧`;
}

// Sentences may be functions, in the catalogue of the PC's screen.
const change = (it) => {
  if (typeof it === "string") return pseudo(it);
  if (typeof it === "function") return (...given) => pseudo(it(...given));
  if (Array.isArray(it)) return it.map(change);
  return Object.fromEntries(Object.entries(it).map(([key, value]) => [key, change(value)]));
};

/** The source of a module that says in the pseudo language what entry says in English. */
async function catalogue(entry) {
  const { build } = await import(pathToFileURL(fileURLToPath(new URL("node_modules/vite/dist/node/index.js", web))));
  const [{ output }] = await build({
    root: fileURLToPath(web), configFile: false, logLevel: "silent",
    build: { write: false, minify: false, lib: { entry: fileURLToPath(new URL(entry, web)), formats: ["es"], fileName: "en" } },
  });
  const code = output[0].code;
  return `${code.replace(/export\s*\{[^}]*\};?\s*$/, "")}
const accents = ${JSON.stringify(accents)};
const pseudo = ${pseudo};
const change = ${change};
export const de = change(en);`;
}

/** Makes a context speak it. */
export async function speakPseudo(context) {
  const sources = { site: await catalogue("src/locales/en/index.ts"), screen: await catalogue("src/oobe/en.ts") };
  await context.addInitScript(() => localStorage.setItem("taxiway.language", "de"));
  await context.route(/\/assets\/de-[^/]+\.js$/, async (route) => {
    const original = await (await route.fetch()).text();
    await route.fulfill({ contentType: "text/javascript", body: original.includes("Windows Autopilot") && original.includes("{{") ? sources.site : sources.screen });
  });
}

/** Collects every text that Graph answers a page with: what a page says of that
 * is data, or what the server says of it. */
export function dataOf(page) {
  const said = new Set();
  const gather = (it) => {
    if (typeof it === "string") said.add(it.trim());
    else if (it !== null && typeof it === "object") Object.entries(it).forEach(([key, value]) => (said.add(key), gather(value)));
  };
  page.on("response", (answer) => {
    if (/\/admin\/graph\/|\/ui\/(pcs|about)/.test(answer.url()) && answer.status() < 300) answer.json().then(gather, () => undefined);
  });
  return said;
}

/** What is on a page and in no catalogue: all texts and names, less what is in
 * brackets, less data. A short word of Graph's is data where it stands alone. */
export function untranslated(page, data) {
  return page.evaluate((known) => {
    const attributes = [...document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")].flatMap((e) => ["aria-label", "placeholder", "title", "alt"].map((a) => e.getAttribute(a) ?? ""));
    let text = [document.title, document.body.innerText, ...attributes].join("\n").replaceAll(/⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧/g, "");
    // Dates, times, ids, addresses and Go's version are no words; two capitals are somebody's picture.
    text = text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "").replaceAll(/\S+@\S+/g, "").replaceAll(/\bgo1\.\S+ \(\w+\/\w+\)/g, "");
    for (const word of known) if (word.length >= 12) text = text.replaceAll(word, "");
    const alone = new Set(known);
    return [...new Set(text.split(/[\n\t·|,]/).map((part) => part.replace(/^[\s,:–-]+|[\s,:–-]+$/g, "")).filter((part) => /\p{L}{2}/u.test(part) && !alone.has(part) && !/^[A-Z]{2}$/.test(part)))];
  }, [...data].sort((a, b) => b.length - a.length));
}

/** What does not fit: wider than the window, or cut without three dots. Tables
 * and other parts that scroll by themselves may be wider. */
export function cut(page) {
  return page.evaluate(() => {
    const out = [];
    const wide = document.documentElement;
    if (wide.scrollWidth > wide.clientWidth) out.push(`the page is ${wide.scrollWidth} pixels wide`);
    const scrolls = (e) => {
      for (let at = e.parentElement; at && at !== document.body; at = at.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return true;
      return false;
    };
    for (const e of document.body.querySelectorAll("*")) {
      if (!e.checkVisibility({ visibilityProperty: true }) || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
      const box = e.getBoundingClientRect(), style = getComputedStyle(e);
      if (box.width <= 1 || /inset|rect/.test(style.clipPath + style.clip)) continue; // for screen readers alone
      const what = `${e.tagName} ${e.textContent.slice(0, 60)}`;
      if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(e)) out.push(`${what} goes from ${box.left} to ${box.right}`);
      if (/hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && style.textOverflow !== "ellipsis") out.push(`${what} is cut`);
    }
    return out;
  });
}
