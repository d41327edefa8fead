/** One piece of a rule's text; from and to count UTF-16 units. */
export interface Token {
  kind: "word" | "string" | "(" | ")" | "[" | "]" | "," | "bad";
  text: string; // a word as typed, with a hyphen for every dash; what a string says
  from: number;
  to: number;
}

const marks = "()[],";

/** Takes a rule apart. It never fails: what is no part of the language is "bad",
 * and the server says what is wrong with it. */
export function tokens(text: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    if (/\s/.test(c)) {
      at++;
    } else if (marks.includes(c)) {
      out.push({ kind: c as Token["kind"], text: c, from: at, to: ++at });
    } else if (c === '"' || c === "'") {
      const read = readString(text, at);
      out.push(read);
      at = read.to;
    } else {
      const word = /^[\p{L}\p{N}_.$:+\u2013\u2014-]+/u.exec(text.slice(at))?.[0] ?? "";
      const other = String.fromCodePoint(text.codePointAt(at) ?? 0);
      if (word === "") out.push({ kind: "bad", text: other, from: at, to: at + other.length });
      else out.push({ kind: "word", text: word.replaceAll(/[\u2013\u2014]/g, "-"), from: at, to: at + word.length });
      at += word.length || other.length;
    }
  }
  return out;
}

/** A double quote inside is escaped with a backtick, a single one is doubled. */
function readString(text: string, from: number): Token {
  const quote = text.charAt(from);
  let said = "";
  for (let at = from + 1; at < text.length; at++) {
    const c = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quote === '"' && c === "`" && (next === '"' || next === "`")) {
      said += next;
      at++;
    } else if (quote === "'" && c === "'" && next === "'") {
      said += c;
      at++;
    } else if (c === quote) {
      return { kind: "string", text: said, from, to: at + 1 };
    } else {
      said += c;
    }
  }
  return { kind: "bad", text: text.slice(from), from, to: text.length };
}

/** A place that counts characters, as the server does, in UTF-16 units. */
export function unitsAt(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}
