import type { WindowsAutopilotDeploymentProfile as Wire, WindowsAutopilotDeviceIdentity } from "@microsoft/microsoft-graph-types-beta";
import { queryOptions } from "@tanstack/react-query";
import { targetsOf, type Assigned } from "../../../lib/audience";
import { all, graph } from "../../../lib/graph";
import { profileBody, type Draft } from "../draft";

export type Profile = Omit<Wire, "assignments"> & { id: string; "@odata.type"?: string; assignments?: (Assigned & { id: string })[] };

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
