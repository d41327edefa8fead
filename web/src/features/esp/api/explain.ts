import { queryOptions } from "@tanstack/react-query";
import { graph } from "../../../lib/graph";
import { espKey } from "./esp";

/** What becomes of one status page for a PC and a user; the server's own resource. */
export interface EspReason {
  id: string;
  displayName: string;
  isDefault: boolean;
  verdict: "chosen" | "outranked" | "excluded" | "notReached";
  reaches: "device" | "user" | null;
  isAssigned: boolean;
  target: { "@odata.type": string; groupId?: string } | null;
}

/** Which status page a registered PC and a user get together; either may be missing. */
export const espReasonsQuery = (device: string | undefined, user: string | undefined) =>
  queryOptions({
    queryKey: [...espKey, "explain", device, user],
    enabled: Boolean(device ?? user),
    queryFn: async () => {
      const body = { ...(device ? { windowsAutopilotDeviceIdentityId: device } : {}), ...(user ? { userId: user } : {}) };
      const { statusPages } = await graph.post<{ statusPages: EspReason[] }>("/beta/deviceManagement/deviceEnrollmentConfigurations/explainStatusPage", body);
      return statusPages;
    },
  });
