import { queryOptions } from "@tanstack/react-query";
import { graph } from "../../../lib/graph";
import { devicesKey } from "./devices";

/** Why a device has the profile it has, or none; the server's own resource. */
export interface Explanation {
  explanation: string;
  readyToDeploy: boolean;
  waitingFor: string | null;
  remedies: string[];
  profiles: { id: string; displayName: string; verdict: string; reason: string }[];
  groups: { id: string; displayName: string; isMember: boolean; membershipRule: string | null; isPaused: boolean }[];
  computerName: { name: string | null; note: string | null };
  hardwareChanges: { component: string; registered: string; reported: string }[];
}

export const explainQuery = (id: string) =>
  queryOptions({
    queryKey: [...devicesKey, "explain", id],
    queryFn: ({ signal }) => graph.get<Explanation>(`/beta/deviceManagement/windowsAutopilotDeviceIdentities/${encodeURIComponent(id)}/explain`, signal),
  });
