import type { WindowsMobileMSI } from "@microsoft/microsoft-graph-types-beta";
import { queryOptions } from "@tanstack/react-query";
import type { Assigned } from "../../../lib/audience";
import { bareSearch, graph, query, type Page } from "../../../lib/graph";

export type App = Omit<WindowsMobileMSI, "assignments"> & {
  id: string;
  "@odata.etag"?: string;
  useDeviceContext?: boolean;
  assignments?: (Assigned & { id: string; intent: string })[];
};

export const appsPath = "/beta/deviceAppManagement/mobileApps";
export const appsKey = ["apps"] as const;

/** Apps by a part of their name. */
export const appsQuery = (search: string) =>
  queryOptions({
    queryKey: [...appsKey, "list", search],
    queryFn: ({ signal }) => graph.get<Page<App>>(appsPath + query({ $top: 100, $count: true, $orderby: "displayName", $search: bareSearch(search) }), signal),
    placeholderData: (old) => old,
  });

/** One app. */
export const appQuery = (id: string) =>
  queryOptions({ queryKey: [...appsKey, "one", id], queryFn: ({ signal }) => graph.get<App>(`${appsPath}/${encodeURIComponent(id)}`, signal) });
