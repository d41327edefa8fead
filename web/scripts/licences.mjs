// Writes licences.json, kept in git: what the built pages contain of others,
// for THIRD_PARTY_NOTICES.md. The bundler's list lacks what was copied in.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const here = (name) => new URL(`../${name}`, import.meta.url);
const list = here("dist/licences.json");
const all = JSON.parse(readFileSync(list, "utf8"));
rmSync(list);
for (const name of ["@fluentui/tokens", "@fluentui/svg-icons", "vite"]) {
  const folder = `node_modules/${name}/`;
  const { version, license } = JSON.parse(readFileSync(here(`${folder}package.json`), "utf8"));
  const file = ["LICENSE", "LICENSE.md"].map((n) => here(folder + n)).find(existsSync);
  // The icons come without a file; their package says MIT.
  if (!file && license !== "MIT") throw new Error(`${name} has no licence file`);
  all.push({ name, version, text: readFileSync(file ?? here("scripts/mit.txt"), "utf8").split("\n# Licenses of bundled dependencies")[0] });
}
all.sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(
  here("licences.json"),
  `${JSON.stringify(
    all.map(({ name, version, text }) => ({ name, version, text })),
    null,
    1,
  )}\n`,
);
// The page about the program shows them as they are.
copyFileSync(here("../THIRD_PARTY_NOTICES.md"), here("dist/notices.txt"));
copyFileSync(here("../docs/parity.md"), here("dist/parity.txt"));
