import { queryOptions } from "@tanstack/react-query";
import { download } from "../../../lib/csv";
import { send } from "../../../lib/graph";

export type Network = "none" | "wifi" | "wired";
export type Tpm = "module" | "board" | "none";

export interface PC {
  pc: { name: string; serialNumber: string; manufacturer: string; model: string; hasTpm: boolean; windows: string; language: string };
  power: "on" | "off";
  title?: string;
  problem?: string;
  outcome?: "desktop" | "stopped" | "failed" | "off";
  waits: boolean;
  network: Network;
  computerName?: string;
}

interface Choice {
  id: string;
  name: string;
}

export interface Lab {
  value: PC[];
  most: number;
  models: Choice[];
  releases: Choice[];
  languages: string[];
  parts: string[];
}

export interface Spec {
  name: string;
  serialNumber: string;
  model: string;
  tpm: Tpm;
  windows: string;
  language: string;
  network: Network;
}

const root = "/ui/pcs";

/** The virtual PCs of the tenant, looked at again every few seconds: they move
 * by themselves. */
export const labQuery = queryOptions({
  queryKey: ["lab"],
  queryFn: ({ signal }) => send<Lab>("GET", root, undefined, {}, signal),
  refetchInterval: 3000,
});

export const createPC = (spec: Spec) => send<PC>("POST", root, spec);
export const act = (name: string, action: { do: string; part?: string }) => send<undefined>("POST", `${root}/${name}`, action);
export const removePC = (name: string) => send<undefined>("DELETE", `${root}/${name}`);

/** Exports the hashes of PCs as one file for the import. */
export async function exportHashes(names: readonly string[]): Promise<void> {
  const files = await Promise.all(names.map((n) => send<{ content: string }>("POST", `${root}/${n}/hash`)));
  download(names.length === 1 ? `${names[0] ?? "pc"}.csv` : "virtual-pcs.csv", joined(files.map((f) => f.content)));
}

/** Files with the same header, as one. */
export function joined(files: readonly string[]): string {
  const [first = "", ...rest] = files;
  return first + rest.map((f) => f.slice(f.indexOf("\n") + 1)).join("");
}

/** A name that no PC of the list has. */
export function freeName(taken: readonly string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`pc-${n}`)) return `pc-${n}`;
}
