import { tokens, type Token } from "./tokens";

export type MemberKind = "device" | "user";

/** A property that rules may name, as the server lists them. */
export interface RuleProperty {
  object: "device" | "user" | "assignedPlan";
  name: string;
  type: string;
  operators: string[];
  values: string[];
}

/** One line of the rule builder. */
export interface Row {
  join: "and" | "or"; // with the line before; the first has none
  property: string; // with its object: device.deviceModel
  operator: string; // -eq, or with a quantifier -any -eq
  value: string;
}

const elementwise = ["-eq", "-ne", "-startsWith", "-notStartsWith", "-endsWith", "-notEndsWith", "-contains", "-notContains", "-match", "-notMatch", "-in", "-notIn"];

/** The properties that the builder offers: plans have fields, which need text. */
export const offered = (language: readonly RuleProperty[], kind: MemberKind) => language.filter((p) => p.object === kind && p.type !== "Plan collection");

/** The operators of a property; those of a collection say of how many elements. */
export function operatorsOf(p: RuleProperty): string[] {
  if (p.type !== "String collection") return p.operators;
  return [...elementwise.map((o) => `-any ${o}`), ...elementwise.map((o) => `-all ${o}`)];
}

const isList = (operator: string) => operator.endsWith("-in") || operator.endsWith("-notIn");

const quote = (value: string) => `"${value.replaceAll("`", "``").replaceAll('"', '`"')}"`;

function literal(row: Row, p: RuleProperty | undefined): string {
  if (row.value.trim().toLowerCase() === "null" && /-(eq|ne)$/.test(row.operator)) return "null";
  if (isList(row.operator)) {
    const items = row.value.split(",").map((v) => quote(v.trim()));
    return `[${items.join(", ")}]`;
  }
  if (p?.type === "Boolean" || p?.type === "Date") return row.value.trim();
  return quote(row.value);
}

/** Lines that are filled in, as the text of a rule. */
export function toText(rows: readonly Row[], language: readonly RuleProperty[]): string {
  return rows
    .filter((r) => r.property !== "" && r.operator !== "")
    .map((r, i) => {
      const p = find(language, r.property);
      const [first = "", second] = r.operator.split(" ");
      const clause = second === undefined ? `${r.property} ${first} ${literal(r, p)}` : `${r.property} ${first} (_ ${second} ${literal(r, p)})`;
      return `${i === 0 ? "" : ` ${r.join} `}(${clause})`;
    })
    .join("");
}

const find = (language: readonly RuleProperty[], name: string) => {
  const wanted = name.toLowerCase();
  return language.find((p) => `${p.object}.${p.name}`.toLowerCase() === wanted);
};

/** The lines that say what a text says, or undefined when no lines do: then the
 * rule is edited as text. */
export function toRows(text: string, language: readonly RuleProperty[]): Row[] | undefined {
  const list = bare(tokens(text));
  if (list.length === 0) return [];
  try {
    return new Reader(list, language).rule();
  } catch (e) {
    if (e instanceof Misfit) return undefined;
    throw e;
  }
}

/** A rule without parentheses around all of it. */
function bare(list: Token[]): Token[] {
  let depth = 0;
  const end = list.findIndex((t) => {
    if (t.kind === "(") depth++;
    if (t.kind === ")") depth--;
    return depth === 0;
  });
  return list.length > 1 && list[0]?.kind === "(" && end === list.length - 1 ? bare(list.slice(1, -1)) : list;
}

class Misfit extends Error {}

class Reader {
  private at = 0;
  constructor(
    private readonly list: readonly Token[],
    private readonly language: readonly RuleProperty[],
  ) {}

  rule(): Row[] {
    const rows = this.chain();
    if (this.at < this.list.length) throw new Misfit();
    return rows;
  }

  private peek(): Token | undefined {
    return this.list[this.at];
  }

  private take(kind?: Token["kind"]): Token {
    const t = this.list[this.at++];
    if (t === undefined || (kind !== undefined && t.kind !== kind)) throw new Misfit();
    return t;
  }

  private keyword(): string {
    const t = this.peek();
    return t?.kind === "word" ? t.text.toLowerCase().replace(/^-/, "") : "";
  }

  /** Clauses after each other. Parentheses around several of them mean what
   * lines cannot say. */
  private chain(): Row[] {
    const rows = [this.clause()];
    for (let join = this.keyword(); join === "and" || join === "or"; join = this.keyword()) {
      this.at++;
      rows.push({ ...this.clause(), join });
    }
    return rows;
  }

  private clause(): Row {
    if (this.peek()?.kind !== "(") return this.comparison();
    this.at++;
    const inner = this.clause();
    this.take(")");
    return inner;
  }

  private comparison(): Row {
    const name = this.take("word");
    const p = find(this.language, name.text);
    if (p === undefined || p.object === "assignedPlan" || p.type === "Plan collection") throw new Misfit();
    const operator = this.operator(p.operators);
    const property = `${p.object}.${p.name}`;
    if (operator !== "-any" && operator !== "-all") return { join: "and", property, operator, value: this.value(operator, p) };
    const open = this.peek()?.kind === "(";
    if (open) this.at++;
    if (this.take("word").text !== "_") throw new Misfit();
    const inner = this.operator(elementwise);
    const row: Row = { join: "and", property, operator: `${operator} ${inner}`, value: this.value(inner, p) };
    if (open) this.take(")");
    return row;
  }

  private operator(known: readonly string[]): string {
    const said = this.take("word").text.toLowerCase().replace(/^-/, "");
    const found = known.find((o) => o.toLowerCase() === `-${said}`);
    if (found === undefined) throw new Misfit();
    return found;
  }

  private value(operator: string, p: RuleProperty): string {
    if (isList(operator)) return this.items();
    const t = this.take();
    if (t.kind === "string") {
      // In a line, null is no text, and Booleans and dates stand bare.
      if (t.text.trim().toLowerCase() === "null" || p.type === "Boolean" || p.type === "Date") throw new Misfit();
      return t.text;
    }
    if (t.kind !== "word") throw new Misfit();
    const bare = t.text.toLowerCase();
    if (bare === "null" || bare === "$null") return "null";
    if (p.type === "Boolean") return bare;
    if (p.type !== "Date") return t.text;
    const step = this.keyword();
    if (step !== "plus" && step !== "minus") return t.text;
    this.at++;
    return `${t.text} -${step} ${this.take("word").text}`;
  }

  private items(): string {
    this.take("[");
    const out: string[] = [];
    while (this.peek()?.kind !== "]") {
      if (out.length > 0) this.take(",");
      const item = this.take("string").text;
      if (item.includes(",") || item !== item.trim()) throw new Misfit();
      out.push(item);
    }
    this.at++;
    if (out.length === 0) throw new Misfit();
    return out.join(", ");
  }
}
