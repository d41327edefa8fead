import type { ImportedWindowsAutopilotDeviceIdentity } from "@microsoft/microsoft-graph-types-beta";
import type { CsvRow } from "../../../lib/csv";
import { graph } from "../../../lib/graph";

export interface Imported {
  row: CsvRow;
  ok: boolean;
  why: string;
}

interface State {
  deviceImportStatus?: string;
  deviceErrorName?: string;
  deviceErrorMessage?: string;
}

/** How many rows one request carries. */
export const importStep = 100;

/** Registers devices; each row has an outcome of its own. */
export async function importDevices(rows: readonly CsvRow[], onDone: (done: readonly Imported[]) => void): Promise<Imported[]> {
  const out: Imported[] = [];
  const importId = crypto.randomUUID();
  for (let i = 0; i < rows.length; i += importStep) {
    const part = rows.slice(i, i + importStep);
    const answer = await graph.post<{ value: (ImportedWindowsAutopilotDeviceIdentity & { state?: State })[] }>(
      "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import",
      {
        importedWindowsAutopilotDeviceIdentities: part.map((r) => ({
          "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity",
          serialNumber: r.serialNumber,
          productKey: r.productKey,
          hardwareIdentifier: r.hardwareIdentifier,
          groupTag: r.groupTag,
          assignedUserPrincipalName: r.assignedUser,
          importId,
        })),
      },
    );
    part.forEach((row, n) => {
      const state: State = answer.value[n]?.state ?? {};
      const ok = state.deviceImportStatus === "complete";
      out.push({ row, ok, why: ok ? "" : [state.deviceErrorName, state.deviceErrorMessage].filter(Boolean).join(": ") });
    });
    onDone([...out]);
  }
  return out;
}
