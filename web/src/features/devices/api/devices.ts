import type { WindowsAutopilotDeviceIdentity as Wire, WindowsAutopilotSettings } from "@microsoft/microsoft-graph-types-beta";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";
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

/** The registered devices, a page at a time. */
export const devicesQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...devicesListKey, w],
    initialPageParam:
      path +
      query({
        $top: pageSize,
        $count: true,
        $expand: "deploymentProfile",
        $orderby: w.sort,
        $search: bareSearch(w.q),
        $filter: w.status && statusFilters[w.status],
      }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Device>>(pageParam, signal),
    getNextPageParam: (last, pages) => (pages.length >= mostPages ? undefined : nextPath(last)),
    placeholderData: (old) => old,
  });

/** One device with its profile. */
export const deviceQuery = (id: string) =>
  queryOptions({ queryKey: [...devicesKey, "one", id], queryFn: ({ signal }) => graph.get<Device>(`${path}/${encodeURIComponent(id)}?$expand=deploymentProfile`, signal) });

interface BatchAnswer {
  responses: { id: string; status: number; body: unknown }[];
}

/** How many devices there are of each status, and in all. */
export const countsQuery = queryOptions({
  queryKey: [...devicesKey, "counts"],
  queryFn: async () => {
    const asked: [string, string][] = [["all", ""], ...profileStatuses.map((s): [string, string] => [s, query({ $filter: statusFilters[s] })])];
    const answer = await graph.post<BatchAnswer>("/beta/$batch", {
      requests: asked.map(([id, q]) => ({ id, method: "GET", url: `${path.slice("/beta".length)}/$count${q}` })),
    });
    const of = (id: string) => {
      const found = answer.responses.find((r) => r.id === id);
      return found?.status === 200 ? Number(found.body) : 0;
    };
    return { all: of("all"), by: Object.fromEntries(profileStatuses.map((s) => [s, of(s)])) as Record<ProfileStatus, number> };
  },
});

export interface Change {
  groupTag: string;
  displayName: string;
  addressableUserName: string;
}

export const saveDevice = (d: Device, change: Change) => graph.patch<Device>(`${path}/${d.id}`, change, d["@odata.etag"]);
export const deleteDevice = (id: string) => graph.delete(`${path}/${id}`);
export const assignUser = (id: string, userPrincipalName: string, addressableUserName: string) =>
  graph.post<undefined>(`${path}/${id}/assignUserToDevice`, { userPrincipalName, addressableUserName });
export const unassignUser = (id: string) => graph.post<undefined>(`${path}/${id}/unassignUserFromDevice`, {});

const settings = "/beta/deviceManagement/windowsAutopilotSettings";
export const settingsQuery = queryOptions({ queryKey: ["autopilotSettings"], queryFn: ({ signal }) => graph.get<WindowsAutopilotSettings>(settings, signal) });
export const sync = () => graph.post<undefined>(`${settings}/sync`, {});
