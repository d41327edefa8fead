import { readdirSync } from "node:fs";
import importX from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// A feature never imports another one; what is below never imports what is above.
const features = readdirSync(new URL("./src/features", import.meta.url));
const zones = [
  ...features.map((f) => ({ target: `./src/features/${f}`, from: "./src/features", except: [`./${f}`] })),
  { target: ["./src/lib", "./src/components"], from: ["./src/features", "./src/routes", "./src/app"] },
  { target: "./src/lib", from: "./src/components" },
  { target: "./src/features", from: ["./src/routes", "./src/app"] },
];

export default tseslint.config(
  { ignores: ["dist", "scripts", "eslint.config.js", "vite.config.ts"] },
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    plugins: { "import-x": importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones, basePath: import.meta.dirname }],
      "import-x/no-cycle": "off", // the compiler's own check of types needs none; zones keep the order
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "jsx-a11y/no-noninteractive-tabindex": "off", // headings and scrolling regions take the focus on purpose
      "jsx-a11y/no-autofocus": "error",
    },
  },
);
