import type { WindowsAutopilotDeviceIdentity as Wire, WindowsAutopilotSettings } from "@microsoft/microsoft-graph-types-beta";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { batch } from "../../../lib/batch";
import type { Call } from "../../../lib/call";
import { all, bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";
import { profileStatuses, statusFilters, type ProfileStatus } from "../../../lib/status";

export type Device = Wire & { id: string; "@odata.etag"?: string };

const path = "/beta/deviceManagement/windowsAutopilotDeviceIdentities";
export const devicesKey = ["autopilotDevices"] as const;
/** Below it are the pages of lists. */
export const devicesListKey = [...devicesKey, "list"] as const;

export interface Wanted {
  q: string;
  status: ProfileStatus | undefined;
  sort: string; // as $orderby
}

const pageSize = 200;
// A list in a browser ends somewhere; search and filter find the rest.
const mostPages = 100;

const options = (w: Wanted) => ({ $orderby: w.sort, $search: bareSearch(w.q), $filter: w.status && statusFilters[w.status] });

/** A device as far as it takes to do something with it. */
export type Named = Pick<Device, "id" | "serialNumber">;

/** All devices that a list would show, however many. */
export const matching = (w: Wanted, signal: AbortSignal) => all<Named>(path + query({ $top: 999, $select: "id,serialNumber", ...options(w) }), signal);

/** The first few devices that a text finds. */
export const findDevices = (text: string, signal: AbortSignal) =>
  graph.get<Page<Named & Pick<Device, "model">>>(path + query({ $top: 8, $select: "id,serialNumber,model", $search: bareSearch(text) }), signal);

/** The registered devices, a page at a time; how many there are takes longer and
 * comes by itself. */
export const devicesQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...devicesListKey, w],
    initialPageParam: path + query({ $top: pageSize, $expand: "deploymentProfile", ...options(w) }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Device>>(pageParam, signal),
    getNextPageParam: (last, pages) => (pages.length >= mostPages ? undefined : nextPath(last)),
    placeholderData: (old) => old,
  });

/** How many devices a list has in all. */
export const totalQuery = ({ q, status }: Wanted) =>
  queryOptions({
    queryKey: [...devicesListKey, "total", q, status],
    queryFn: async ({ signal }) =>
      (await graph.get<Page<Named>>(path + query({ $top: 1, $count: true, $select: "id", ...options({ q, status, sort: "serialNumber" }) }), signal))["@odata.count"] ?? 0,
  });

/** Whether a list is loaded to its end. */
export const isWhole = (pages: readonly Page<Device>[]) => pages.some((p) => nextPath(p) === undefined);

/** The first devices whose serial number and so on begin like this, to choose from. */
export const someDevicesQuery = (q: string) =>
  queryOptions({
    queryKey: [...devicesKey, "some", q],
    queryFn: async ({ signal }) => (await graph.get<Page<Device>>(path + query({ $top: 50, $orderby: "serialNumber", $search: bareSearch(q) }), signal)).value,
    placeholderData: (old) => old,
  });

/** One device with its profile. */
export const deviceQuery = (id: string) =>
  queryOptions({ queryKey: [...devicesKey, "one", id], queryFn: ({ signal }) => graph.get<Device>(`${path}/${encodeURIComponent(id)}?$expand=deploymentProfile`, signal) });

/** How many devices there are of each status, and in all. */
export const countsQuery = queryOptions({
  queryKey: [...devicesKey, "counts"],
  queryFn: async () => {
    const [all, ...each] = (await batch(["", ...profileStatuses.map((s) => query({ $filter: statusFilters[s] }))].map((q) => ({ method: "GET", path: `${path}/$count${q}` })))).map(
      (a) => (a.status === 200 ? Number(a.body) : 0),
    );
    return { all: all ?? 0, by: Object.fromEntries(profileStatuses.map((s, i) => [s, each[i] ?? 0])) as Record<ProfileStatus, number> };
  },
});

export interface Change {
  groupTag: string;
  displayName: string;
  addressableUserName: string;
}

export const saveDevice = (d: Device, change: Change) => graph.patch<Device>(`${path}/${d.id}`, change, d["@odata.etag"]);
export const changeCall = (id: string, change: Partial<Change>): Call => ({ method: "PATCH", path: `${path}/${id}`, body: change });
export const deleteCall = (id: string): Call => ({ method: "DELETE", path: `${path}/${id}` });
export const assignUserCall = (id: string, userPrincipalName: string, addressableUserName: string): Call => ({
  method: "POST",
  path: `${path}/${id}/assignUserToDevice`,
  body: { userPrincipalName, addressableUserName },
});
export const unassignUserCall = (id: string): Call => ({ method: "POST", path: `${path}/${id}/unassignUserFromDevice`, body: {} });

const settings = "/beta/deviceManagement/windowsAutopilotSettings";
export const settingsQuery = queryOptions({ queryKey: ["autopilotSettings"], queryFn: ({ signal }) => graph.get<WindowsAutopilotSettings>(settings, signal) });
export const syncCall: Call = { method: "POST", path: `${settings}/sync`, body: {} };
