import type { WindowsMobileMSI } from "@microsoft/microsoft-graph-types-beta";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";
import { appBody, assignmentsOf, type AppAssignment, type AppFields, type Audiences } from "../draft";

export type App = Omit<WindowsMobileMSI, "assignments"> & {
  id: string;
  "@odata.etag"?: string;
  useDeviceContext?: boolean;
  assignments?: AppAssignment[];
};

export const appsPath = "/beta/deviceAppManagement/mobileApps";
export const appsKey = ["apps"] as const;
const at = (id: string) => `${appsPath}/${encodeURIComponent(id)}`;

/** Apps by a part of their name. */
export const appsQuery = (search: string) =>
  queryOptions({
    queryKey: [...appsKey, "pick", search],
    queryFn: ({ signal }) => graph.get<Page<App>>(appsPath + query({ $top: 100, $count: true, $orderby: "displayName", $search: bareSearch(search) }), signal),
    placeholderData: (old) => old,
  });

const pageSize = 100;

/** All apps, a page at a time. */
export const appListQuery = (w: { q: string; sort: string }) =>
  infiniteQueryOptions({
    queryKey: [...appsKey, "list", w],
    initialPageParam: appsPath + query({ $top: pageSize, $count: true, $orderby: w.sort, $search: bareSearch(w.q) }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<App>>(pageParam, signal),
    getNextPageParam: (last) => nextPath(last),
    placeholderData: (old) => old,
  });

/** One app with its assignments. */
export const appQuery = (id: string) => queryOptions({ queryKey: [...appsKey, "one", id], queryFn: ({ signal }) => graph.get<App>(`${at(id)}?$expand=assignments`, signal) });

export const saveApp = (id: string, fields: AppFields, etag?: string) => graph.patch<App>(at(id), appBody(fields), etag);
export const deleteApp = (id: string) => graph.delete(at(id));

/** Makes these the app's only assignments. */
export const assignApp = (id: string, audiences: Audiences) => graph.post<undefined>(`${at(id)}/assign`, { mobileAppAssignments: assignmentsOf(audiences) });

/** Stores the app's file: this server's own way, the file itself as the body. */
export const uploadApp = (id: string, file: File, etag?: string) => graph.upload<App>(`${at(id)}/content`, file, "application/octet-stream", etag);

/** What was made, and why a step after it failed, if one did. */
export interface Created {
  app: App;
  failed: unknown;
}

/** Makes an app, stores its file and assigns it. */
export async function createApp(fields: AppFields, file: File | undefined, audiences: Audiences): Promise<Created> {
  const app = await graph.post<App>(appsPath, appBody(fields));
  try {
    if (file) await uploadApp(app.id, file);
    if (assignmentsOf(audiences).length > 0) await assignApp(app.id, audiences);
  } catch (failed) {
    return { app, failed };
  }
  return { app, failed: undefined };
}
