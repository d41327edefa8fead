// Empties dist before a build, except for the file that keeps it in git.
import { readdirSync, rmSync } from "node:fs";

const dist = new URL("../dist/", import.meta.url);
for (const name of readdirSync(dist)) if (name !== ".gitignore") rmSync(new URL(name, dist), { recursive: true });
