import { expect, it } from "vitest";
import { en } from "./en";

const files = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../locales/**", "!../oobe/**", "!../**/*.test.*", "!../**/*.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

it("every file brings the sections of the catalogue that it shows", () => {
  expect(Object.keys(files).length).toBeGreaterThan(30);
  const missing = Object.entries(files).flatMap(([file, code]) => {
    const shown = new Set([...code.matchAll(/(?<![\w.])t\(\s*["`](\w+)\./g)].map(([, section]) => section ?? ""));
    return [...shown].filter((s) => s in en && !code.includes(`locales/en/${s}";`)).map((s) => `${file}: import "…/locales/en/${s}"`);
  });
  expect(missing).toEqual([]);
});
