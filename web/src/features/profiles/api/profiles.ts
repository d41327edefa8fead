import type { WindowsAutopilotDeploymentProfile as Wire, WindowsAutopilotDeviceIdentity } from "@microsoft/microsoft-graph-types-beta";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { targetsOf, type Assigned } from "../../../lib/audience";
import { all, graph, nextPath, query, type Page } from "../../../lib/graph";
import { profileBody, type Draft } from "../draft";

export type Profile = Omit<Wire, "assignments"> & { id: string; "@odata.type"?: string; "@odata.etag"?: string; assignments?: (Assigned & { id: string })[] };

const path = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";
export const profilesKey = ["deploymentProfiles"] as const;

/** All deployment profiles with their assignments: there are few. */
export const profilesQuery = queryOptions({ queryKey: [...profilesKey, "list"], queryFn: ({ signal }) => all<Profile>(`${path}?$expand=assignments`, signal) });

/** One of them. */
export const profileQuery = (id: string) =>
  queryOptions({ queryKey: [...profilesKey, "one", id], queryFn: ({ signal }) => graph.get<Profile>(`${path}/${encodeURIComponent(id)}?$expand=assignments`, signal) });

export type AssignedDevice = WindowsAutopilotDeviceIdentity & { id: string };

/** The devices that have it. */
export const assignedDevicesQuery = (id: string) =>
  queryOptions({ queryKey: [...profilesKey, "devices", id], queryFn: ({ signal }) => all<AssignedDevice>(`${path}/${encodeURIComponent(id)}/assignedDevices`, signal) });

const pageSize = 100;

/** The same a page at a time: there may be very many. */
export const assignedPagesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...profilesKey, "devicePages", id],
    initialPageParam: `${path}/${encodeURIComponent(id)}/assignedDevices${query({ $top: pageSize, $count: true, $orderby: "serialNumber" })}`,
    queryFn: ({ pageParam, signal }) => graph.get<Page<AssignedDevice>>(pageParam, signal),
    getNextPageParam: (last) => nextPath(last),
  });

/** Saves what the profile says, unless it is another one than was read. */
export const saveProfile = (id: string, etag: string | undefined, draft: Draft) => graph.patch<Profile>(`${path}/${encodeURIComponent(id)}`, profileBody(draft), etag);

/** Makes these its only assignments: new ones first, so that no device is
 * without a profile meanwhile. */
export async function saveAssignments(profile: Profile, draft: Draft): Promise<void> {
  const key = (target: Record<string, string | null | undefined>) => `${target["@odata.type"]} ${target["groupId"] ?? ""}`;
  const wanted = targetsOf(draft);
  const had = profile.assignments ?? [];
  const gone = had.filter((a) => !wanted.some((w) => key(w) === key(a.target)));
  for (const target of wanted) if (!had.some((a) => key(a.target) === key(target))) await graph.post(`${path}/${profile.id}/assignments`, { target });
  for (const a of gone) await graph.delete(`${path}/${profile.id}/assignments/${encodeURIComponent(a.id)}`);
}

export const deleteProfile = (id: string) => graph.delete(`${path}/${id}`);

/** What was made, and why an assignment failed, if one did. */
export interface Created {
  profile: Profile;
  failed: unknown;
}

/** Creates the profile and assigns it. */
export async function createProfile(draft: Draft): Promise<Created> {
  const profile = await graph.post<Profile>(path, profileBody(draft));
  try {
    for (const target of targetsOf(draft)) await graph.post(`${path}/${profile.id}/assignments`, { target });
  } catch (failed) {
    return { profile, failed };
  }
  return { profile, failed: undefined };
}
