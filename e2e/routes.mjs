// Every page of the admin site has been judged: the list is the router's own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const router = readFileSync(new URL("../web/src/app/router.tsx", import.meta.url), "utf8");
const routes = [...router.matchAll(/(?:page\(|\bpath: )"(\/[^"]*)"/g)].map(([, path]) => path);
// An address that only leads to another one shows no page.
const redirects = [...router.matchAll(/\bpath: "(\/[^"]*)",\s*beforeLoad/g)].map(([, path]) => path);
const judged = new Set(readFileSync(new URL("./out/judged", import.meta.url), "utf8").split("\n"));
const fits = (route, path) => new RegExp(`^/admin${route.replaceAll(/\$\w+/g, "[^/]+")}$`).test(path);
const literal = (path) => routes.includes(path.replace(/^\/admin/, ""));
const missed = routes.filter((route) => !redirects.includes(route) && ![...judged].some((path) => fits(route, path) && (route.includes("$") ? !literal(path) : true)));
assert.ok(routes.length > 5, "the router's list of pages was not found");
assert.deepEqual(missed, [], "pages that no test judged");
console.log(`${routes.length - redirects.length} pages of the admin site were judged`);
