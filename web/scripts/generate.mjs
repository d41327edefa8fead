// Writes what the styles and pages use of Fluent's design tokens and icons:
// src/styles/tokens.css and src/components/icon-paths.ts. Both are kept in git.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { webLightTheme, webDarkTheme } = require("@fluentui/tokens");
const src = new URL("../src/", import.meta.url);

const used = new Set();
for (const name of readdirSync(src, { recursive: true })) {
  if (!name.endsWith(".css") || name.endsWith("tokens.css")) continue;
  for (const [, token] of readFileSync(new URL(name, src), "utf8").matchAll(/var\(--([A-Za-z0-9]+)\)/g)) used.add(token);
}
const names = [...used].sort();
for (const name of names) if (!(name in webLightTheme)) throw new Error(`no token is called ${name}`);
const block = (selector, list, theme, indent = "") => `${indent}${selector} {\n${list.map((n) => `${indent}  --${n}: ${theme[n]};\n`).join("")}${indent}}\n`;
const differing = names.filter((n) => webLightTheme[n] !== webDarkTheme[n]);
writeFileSync(
  new URL("styles/tokens.css", src),
  `/* Made by scripts/generate.mjs of @fluentui/tokens (MIT, Microsoft Corporation). */\n` +
    block(":root", names, webLightTheme) +
    block(':root[data-theme="dark"]', differing, webDarkTheme) +
    `@media (prefers-color-scheme: dark) {\n${block(':root:not([data-theme="light"])', differing, webDarkTheme, "  ")}}\n`,
);

const icons = JSON.parse(readFileSync(new URL("icons.json", import.meta.url), "utf8"));
const lines = icons.map((name) => {
  const svg = readFileSync(require.resolve(`@fluentui/svg-icons/icons/${name}_20_regular.svg`), "utf8");
  const paths = [...svg.matchAll(/ d="([^"]+)"/g)].map((m) => m[1]);
  return `  ${name}: ${JSON.stringify(paths.join(""))},\n`;
});
writeFileSync(
  new URL("components/icon-paths.ts", src),
  `// Made by scripts/generate.mjs of @fluentui/svg-icons (MIT, Microsoft Corporation).\nexport const iconPaths = {\n${lines.join("")}} as const;\n`,
);
