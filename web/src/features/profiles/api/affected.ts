import { queryOptions } from "@tanstack/react-query";
import { targetsOf, type Audience } from "../../../lib/audience";
import { graph } from "../../../lib/graph";

export interface Affected {
  reachedCount: number;
  excludedCount: number;
  unchangedCount: number;
  otherTypeCount: number;
  lostCount: number;
  changes: { profileId: string | null; displayName: string | null; deviceCount: number }[];
  conflicts: { profileId: string; displayName: string; verdict: "olderProfileWins" | "groupAssignmentWins"; deviceCount: number }[];
  evaluatedCount: number;
  isComplete: boolean;
}

/** What these assignments would change now; without an id those of a profile
 * that is not there yet. */
export const affectedQuery = (profileId: string | undefined, audience: Audience) => {
  const body = { ...(profileId ? { profileId } : {}), assignments: targetsOf(audience).map((target) => ({ target })) };
  return queryOptions({
    queryKey: ["affected", body],
    queryFn: ({ signal }) => graph.post<Affected>("/beta/deviceManagement/windowsAutopilotDeploymentProfiles/previewAssignments", body, signal),
    gcTime: 0, // devices come and go: what was counted a while ago is not now
  });
};
