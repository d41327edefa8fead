import type { TFunction } from "i18next";
import { reasons } from "../../../locales/en/reasons";
import type { Check, Explanation, LocalText } from "../api/explain";
import "../../../locales/en/why";

/** A sentence of the server in the language of the site; one whose code is not
 * known here stays in English. */
export function say(t: TFunction, { code, arguments: values, text }: LocalText): string {
  if (code === null || !Object.hasOwn(reasons, code)) return text;
  // Which values a sentence has in it is the server's to know.
  return (t as (key: string, values: Record<string, string>) => string)(`reasons.${code}`, values);
}

const marks: Record<Check["state"], string> = { pass: "[x]", fail: "[ ]", waiting: "[…]" };

/** The answer and its chain in plain text, for a ticket. */
export function asText(t: TFunction, device: string, why: Explanation, time: (iso: string) => string): string {
  const lines = [device, say(t, why.explanationText)];
  if (why.waitingForText) lines.push(`${t("why.waiting")}: ${say(t, why.waitingForText)}`);
  lines.push("", t("why.chain"));
  for (const c of why.checks) {
    lines.push(`${marks[c.state]} ${t(`why.step.${c.step}`)}: ${say(t, c.text)}${c.dateTime ? ` (${time(c.dateTime)})` : ""}`);
    for (const p of c.parts) lines.push(`    ${marks[p.state]} ${say(t, p.text)}`);
    if (c.step === "groups")
      for (const g of why.groups) lines.push(`    ${marks[g.isMember ? "pass" : "fail"]} ${g.displayName}${g.membershipRule ? `: ${g.membershipRule}` : ""}`);
    if (c.step === "profiles") for (const p of why.profiles) lines.push(`    ${marks[p.verdict === "chosen" ? "pass" : "fail"]} ${p.displayName}: ${say(t, p.reasonText)}`);
  }
  if (why.remedyDetails.length > 0) lines.push("", t("why.remedies"), ...why.remedyDetails.map((r) => `- ${say(t, r)}`));
  return `${lines.join("\n")}\n`;
}
