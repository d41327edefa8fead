import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The site lives below /admin/ of the server that serves the data, so nothing
// is written into the page and nothing is fetched from anywhere else.
export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: false, // scripts/clean.mjs keeps the file that git knows
    license: { fileName: "licences.json" },
    sourcemap: false,
    // Two pages: the site, and the screen of a virtual PC.
    rolldownOptions: { input: { index: "index.html", oobe: "oobe.html" } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
