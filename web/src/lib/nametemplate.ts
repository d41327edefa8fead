/** Why a device name template is refused: a key of the catalogue. */
export type TemplateFault = "empty" | "character" | "macro" | "open" | "long" | "noRoom" | "serialTwice" | "digits";

export const maxComputerName = 15;

interface Parsed {
  text: number; // characters that are fixed
  serials: number;
  letters: boolean;
}

/** Checks a template as Windows Autopilot states its rules: letters, numbers
 * and hyphens, 15 characters or less, not all numbers, %SERIAL%, %RAND:x%. */
export function templateFault(template: string): TemplateFault | undefined {
  if (template === "") return "empty";
  const found = parse(template);
  if (typeof found === "string") return found;
  if (found.serials > 1) return "serialTwice";
  if (found.text > maxComputerName) return "long";
  if (found.serials === 1 && found.text === maxComputerName) return "noRoom";
  if (found.serials === 0 && !found.letters) return "digits";
  return undefined;
}

function parse(template: string): Parsed | TemplateFault {
  const out: Parsed = { text: 0, serials: 0, letters: false };
  for (let rest = template; rest !== "";) {
    if (!rest.startsWith("%")) {
      const literal = rest.split("%", 1)[0] ?? "";
      if (!/^[A-Za-z0-9-]*$/.test(literal)) return "character";
      out.text += literal.length;
      out.letters ||= /[^0-9]/.test(literal);
      rest = rest.slice(literal.length);
      continue;
    }
    const end = rest.indexOf("%", 1);
    if (end < 0) return "open";
    const name = rest.slice(1, end).toUpperCase();
    const digits = /^RAND:([1-9]|1[0-5])$/.exec(name)?.[1];
    if (name === "SERIAL") out.serials++;
    else if (digits !== undefined) out.text += Number(digits);
    else return "macro";
    rest = rest.slice(end + 1);
  }
  return out;
}
