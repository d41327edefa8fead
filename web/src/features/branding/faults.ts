import type { Texts } from "./api/branding";

const longest = { text: 1024, hint: 64 };

export type Faults = Partial<Record<keyof Texts, "textLong" | "hintLong" | "color">>;

/** What is wrong with the texts and the colour: keys of the catalogue by field. */
export function faultsOf(t: Texts): Faults {
  const faults: Faults = {};
  if (Array.from(t.signInPageText).length > longest.text) faults.signInPageText = "textLong";
  if (Array.from(t.usernameHintText).length > longest.hint) faults.usernameHintText = "hintLong";
  if (t.backgroundColor !== "" && !isColor(t.backgroundColor)) faults.backgroundColor = "color";
  return faults;
}

export const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);
