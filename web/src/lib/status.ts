import type { WindowsAutopilotDeviceIdentity } from "@microsoft/microsoft-graph-types-beta";

/** The words of the column Profile status. */
export const profileStatuses = ["notAssigned", "assigning", "assigned", "fixPending", "attentionRequired"] as const;
export type ProfileStatus = (typeof profileStatuses)[number];

/** The word for a device: what happened to its hardware comes first. */
export function profileStatus(d: Pick<WindowsAutopilotDeviceIdentity, "remediationState" | "deploymentProfileAssignmentStatus">): ProfileStatus {
  if (d.remediationState === "automaticRemediationRequired") return "fixPending";
  if (d.remediationState === "manualRemediationRequired") return "attentionRequired";
  switch (d.deploymentProfileAssignmentStatus) {
    case "assignedInSync":
    case "assignedOutOfSync":
    case "assignedUnkownSyncState":
      return "assigned";
    case "pending":
      return "assigning";
    default:
      return "notAssigned";
  }
}

const status = "deploymentProfileAssignmentStatus";
const sound = "remediationState ne 'automaticRemediationRequired' and remediationState ne 'manualRemediationRequired'";

/** The $filter that finds the devices of a word. */
export const statusFilters: Record<ProfileStatus, string> = {
  notAssigned: `(${status} eq 'notAssigned' or ${status} eq 'failed' or ${status} eq 'unknown') and ${sound}`,
  assigning: `${status} eq 'pending' and ${sound}`,
  assigned: `(${status} eq 'assignedInSync' or ${status} eq 'assignedOutOfSync' or ${status} eq 'assignedUnkownSyncState') and ${sound}`,
  fixPending: "remediationState eq 'automaticRemediationRequired'",
  attentionRequired: "remediationState eq 'manualRemediationRequired'",
};

/** A time of Graph, undefined where it says "never". */
export function moment(text: string | null | undefined): Date | undefined {
  if (!text || text.startsWith("0001-")) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** All three checks that a device has to pass before it is deployed. */
export function readyToDeploy(d: WindowsAutopilotDeviceIdentity): boolean {
  return profileStatus(d) === "assigned" && moment(d.deploymentProfileAssignedDateTime) !== undefined && Boolean(d.deploymentProfile?.displayName);
}
