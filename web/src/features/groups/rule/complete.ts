import { operatorsOf, type RuleProperty } from "./rows";
import { tokens } from "./tokens";

/** What may be written at a place, and which part of the text it replaces. */
export interface Completion {
  from: number;
  to: number;
  options: string[];
}

const most = 12;
const none: Completion = { from: 0, to: 0, options: [] };

/** Offers what fits at the caret: properties, the operators of the property
 * before it, and, behind a value, how to go on. */
export function complete(text: string, caret: number, language: readonly RuleProperty[]): Completion {
  const before = tokens(text.slice(0, caret));
  const last = before.at(-1);
  if (last?.kind === "bad" && /^["']/.test(last.text)) return none; // inside a text
  const typing = last?.kind === "word" && last.to === caret ? last : undefined;
  const rest = typing ? before.slice(0, -1) : before;
  const previous = rest.at(-1);
  const word = typing?.text.toLowerCase() ?? "";
  const offer = (options: readonly string[]): Completion => {
    const fitting = options.filter((o) => fits(o, word) && o.toLowerCase() !== word);
    return { from: typing?.from ?? caret, to: caret, options: fitting.slice(0, most) };
  };

  const inside = elementOf(rest, language);
  if (previous === undefined || previous.kind === "(" || isKeyword(previous.text, "and", "or", "not")) {
    if (previous?.kind === "string") return none;
    return inside
      ? offer(inside.type === "Plan collection" ? fields(language) : ["_"])
      : word === "" && previous === undefined
        ? offer(["device.", "user."])
        : offer(names(language));
  }
  if (previous.kind === "word") {
    if (previous.text === "_") return offer(elementOperators);
    const p = language.find((x) => `${x.object}.${x.name}`.toLowerCase() === previous.text.toLowerCase());
    if (p) return offer(p.type === "String collection" ? ["-any", "-all", ...p.operators.filter((o) => o !== "-any" && o !== "-all")] : p.operators);
    if (isKeyword(previous.text, "any", "all")) return offer(["(_ "]);
    const operand = rest.at(-2);
    if (operand?.kind === "word" && previous.text.startsWith("-") && word === "") return offer(closedValues(operand.text, language));
    return none;
  }
  if (previous.kind === "string" || previous.kind === ")" || previous.kind === "]") return offer(["-and", "-or"]);
  return none;
}

const elementOperators = operatorsOf({ object: "device", name: "", type: "String collection", operators: [], values: [] })
  .filter((o) => o.startsWith("-any "))
  .map((o) => o.slice("-any ".length));

/** A part of a name is enough, as long as it begins a word of it. */
const fits = (option: string, word: string) => option.toLowerCase().includes(word.replace(/^-/, "")) && (!word.startsWith("-") || option.startsWith("-"));

const isKeyword = (text: string, ...words: string[]) => words.includes(text.toLowerCase().replace(/^-/, ""));
const names = (language: readonly RuleProperty[]) => language.filter((p) => p.object !== "assignedPlan").map((p) => `${p.object}.${p.name}`);
const fields = (language: readonly RuleProperty[]) => language.filter((p) => p.object === "assignedPlan").map((p) => `assignedPlan.${p.name}`);

function closedValues(name: string, language: readonly RuleProperty[]): string[] {
  const p = language.find((x) => `${x.object}.${x.name}`.toLowerCase() === name.toLowerCase());
  if (p?.type === "Boolean") return ["true", "false"];
  return p?.values.map((v) => `"${v}"`) ?? [];
}

/** The collection whose -any or -all the caret is inside of. */
function elementOf(list: ReturnType<typeof tokens>, language: readonly RuleProperty[]): RuleProperty | undefined {
  let depth = 0;
  for (let i = list.length - 1; i >= 2; i--) {
    const t = list[i];
    if (t?.kind === ")") depth++;
    if (t?.kind !== "(") continue;
    if (depth > 0) {
      depth--;
      continue;
    }
    const quantifier = list[i - 1];
    const name = list[i - 2]?.text.toLowerCase();
    if (quantifier?.kind === "word" && isKeyword(quantifier.text, "any", "all")) return language.find((p) => `${p.object}.${p.name}`.toLowerCase() === name);
  }
  return undefined;
}
