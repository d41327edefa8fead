import type { CsvRow } from "../../../lib/csv";
import { all, graph, GraphError, query } from "../../../lib/graph";
import { wait } from "../../../lib/wait";

export interface Outcome {
  how: "imported" | "here" | "refused"; // here: this tenant has it already
  why: string;
}

interface Answered {
  serialNumber?: string;
  state?: { deviceImportStatus?: string; deviceErrorName?: string; deviceErrorMessage?: string };
}

const path = "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities";
const alreadyHere = "ZtdDeviceAlreadyAssigned";

/** How many rows one request carries. */
const importStep = 100;
const patience = 60; // tries of two seconds while the server does not answer

function outcome({ state = {} }: Answered): Outcome {
  const why = [state.deviceErrorName, state.deviceErrorMessage].filter(Boolean).join(": ");
  if (state.deviceImportStatus === "complete") return { how: "imported", why: "" };
  return { how: state.deviceErrorName === alreadyHere ? "here" : "refused", why };
}

/** What the server has of an import: the rows that reached it, by serial number. */
export async function importedBefore(importId: string, signal?: AbortSignal): Promise<Map<string, Outcome>> {
  const found = await all<Answered>(path + query({ $top: 999, $filter: `importId eq '${importId}'` }), signal);
  return new Map(found.map((f) => [f.serialNumber ?? "", outcome(f)]));
}

interface Steps {
  onDone: (outcomes: ReadonlyMap<string, Outcome>) => void;
  onWaiting: (waiting: boolean) => void;
  signal: AbortSignal;
}

/** Registers devices; each row has an outcome of its own. It goes on where an
 * import of the same id has stopped, and waits for a server that is away. */
export async function importDevices(importId: string, rows: readonly CsvRow[], { onDone, onWaiting, signal }: Steps): Promise<void> {
  let done: Map<string, Outcome> | undefined; // undefined: to be asked for, because an answer may be lost
  let tries = 0;
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      done ??= await importedBefore(importId, signal);
      const known = done;
      onWaiting(false);
      onDone(new Map(known));
      const part = rows.filter((r) => !known.has(r.serialNumber)).slice(0, importStep);
      if (part.length === 0) return;
      const answer = await graph.post<{ value: Answered[] }>(
        `${path}/import`,
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
        signal,
      );
      // A row whose outcome did not come back is not sent again and again.
      part.forEach((row, i) => known.set(row.serialNumber, outcome(answer.value[i] ?? {})));
      tries = 0;
    } catch (e) {
      if (stopped()) return;
      if (!(e instanceof GraphError) || (e.status !== 0 && e.status !== 429 && e.status < 502) || ++tries > patience) throw e;
      done = undefined;
      onWaiting(true);
      await wait((e.retryAfter ?? 2) * 1000, signal);
    }
  }
}
