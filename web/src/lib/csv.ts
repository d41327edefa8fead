/** What is wrong with a list of devices: a key of the catalogue and its values. */
export interface CsvFault {
  line: number; // 0: the file as a whole
  key: "empty" | "encoding" | "header" | "quotes" | "columns" | "serial" | "padding" | "hash" | "duplicate" | "user" | "limit";
  value?: string;
  /** The field with its padding put right. */
  repaired?: string;
}

export interface CsvRow {
  line: number;
  serialNumber: string;
  productKey: string;
  hardwareIdentifier: string;
  groupTag: string;
  assignedUser: string;
}

export interface CsvList {
  rows: CsvRow[];
  faults: CsvFault[];
  total: number;
}

const columns = ["Device Serial Number", "Windows Product ID", "Hardware Hash", "Group Tag", "Assigned User"];

/** Reads the bytes of a file: the format takes no Unicode, but a file of plain
 * characters in UTF-8, with or without a mark in front, says the same. */
export function decode(bytes: Uint8Array): { text: string; utf16: boolean } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[1] === 0) {
    return { text: "", utf16: true };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), utf16: false };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), utf16: false };
  }
}

export interface ReadOptions {
  repair?: boolean; // put the padding of hashes right
  strict?: boolean; // accept only what the Intune admin center accepts
}

const mostRows = 500; // in one file, for Intune

/** Reads a file in a worker. */
export function readFile(file: Blob, options: ReadOptions): Promise<CsvList> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./csv.worker.ts", import.meta.url), { type: "module" });
    const end = (then: () => void) => {
      worker.terminate();
      then();
    };
    worker.onmessage = (e: MessageEvent<CsvList>) => end(() => resolve(e.data));
    worker.onerror = (e) => end(() => reject(new Error(e.message)));
    worker.postMessage({ file, options });
  });
}

/** Checks a list of devices (Intune's format: Device Serial Number, Windows
 * Product ID, Hardware Hash, and Group Tag and Assigned User if wanted). */
export function readList(text: string, { repair = false, strict = false }: ReadOptions = {}): CsvList {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  while (lines.length > 0 && (lines.at(-1) ?? "").trim() === "") lines.pop();
  const out: CsvList = { rows: [], faults: [], total: Math.max(lines.length - 1, 0) };
  const header = lines[0];
  if (header === undefined) return { ...out, faults: [{ line: 0, key: "empty" }] };
  const names = header.split(",");
  if (names.length < 3 || names.length > 5 || names.some((n, i) => n !== columns[i])) {
    return { ...out, faults: [{ line: 1, key: header.includes('"') ? "quotes" : "header", value: header.slice(0, 120) }] };
  }
  if (out.total === 0) return { ...out, faults: [{ line: 0, key: "empty" }] };
  const seen = new Map<string, number>();
  lines.slice(1).forEach((content, i) => {
    const line = i + 2;
    if (content.trim() === "") {
      out.total--;
      return;
    }
    const found = readRow(content, line, names.length, repair);
    if ("key" in found) {
      out.faults.push(found);
      return;
    }
    const before = seen.get(found.serialNumber);
    if (before !== undefined) {
      out.faults.push({ line, key: "duplicate", value: String(before) });
      return;
    }
    seen.set(found.serialNumber, line);
    if (strict && seen.size > mostRows) {
      if (seen.size === mostRows + 1) out.faults.push({ line, key: "limit", value: String(mostRows) });
      return;
    }
    out.rows.push(found);
  });
  return out;
}

function readRow(content: string, line: number, width: number, repair: boolean): CsvRow | CsvFault {
  if (content.includes('"')) return { line, key: "quotes" };
  const [serial = "", product = "", given = "", tag = "", user = ""] = content.split(",").map((v) => v.trim());
  const count = content.split(",").length;
  if (count !== width && !(count >= 3 && count < width)) return { line, key: "columns", value: String(count) };
  if (serial === "") return { line, key: "serial" };
  const bare = given.replace(/=+$/, "");
  if (bare === "" || !/^[A-Za-z0-9+/]+$/.test(bare) || bare.length % 4 === 1) return { line, key: "hash" };
  const hash = bare + "=".repeat((4 - (bare.length % 4)) % 4);
  if (hash !== given && !repair) return { line, key: "padding", repaired: hash };
  if (user !== "" && !/^[^@\s]+@[^@\s]+$/.test(user)) return { line, key: "user", value: user };
  return { line, serialNumber: serial, productKey: product, hardwareIdentifier: hash, groupTag: tag, assignedUser: user };
}

/** A table as a file for spreadsheets: what begins like a formula is text. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  const cell = (v: string) => {
    const safe = /^[=+\-@\t\r]/.test(v) ? `'${v}` : v;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((r) => r.map(cell).join(",") + "\r\n").join("");
}

/** Gives the person a file. */
export function download(name: string, content: string, type = "text/csv;charset=utf-8"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
