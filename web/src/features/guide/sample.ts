import { all, graph, GraphError, send } from "../../lib/graph";

/** The sample set: what the guide makes in one click, and finds again by name
 * and mark, so that nothing is removed that somebody else made. */
export const sampleNames = { group: "Sample: Autopilot devices", esp: "Sample: status page", profile: "Sample: user-driven", pc: "sample-pc" } as const;
export const sampleMark = "Made by the deployment guide as a sample. The guide removes it too.";

export const samplePieces = ["scope", "group", "esp", "profile", "pc"] as const;
export type Piece = (typeof samplePieces)[number];

/** What of the sample is there. */
export interface Sample {
  scope: boolean; // somebody is in the MDM user scope; a setting, which stays
  group?: string;
  esp?: string;
  profile?: { id: string; assignments: string[] };
  pc?: { device: string | undefined }; // of a lab tenant
}

interface Named {
  id: string;
  displayName?: string | null;
  description?: string | null;
}

const management = "/beta/deviceManagement";
const profiles = `${management}/windowsAutopilotDeploymentProfiles`;
const pages = `${management}/deviceEnrollmentConfigurations`;
const identities = `${management}/windowsAutopilotDeviceIdentities`;
const scope = "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000";
const toGroup = (groupId: string) => ({ target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId } });

/** The one of a list that the guide made. */
export const madeHere = <T extends Named>(list: readonly T[], name: string): T | undefined => list.find((x) => x.displayName === name && x.description === sampleMark);

/** Looks for the sample. */
export async function findSample(lab: boolean, signal?: AbortSignal): Promise<Sample> {
  const named = encodeURIComponent(`displayName eq '${sampleNames.group}'`);
  const [policy, groups, esps, list, pcs] = await Promise.all([
    graph.get<{ appliesTo: string }>(scope, signal),
    all<Named>(`/beta/groups?$filter=${named}&$select=id,displayName,description`, signal),
    all<Named>(pages, signal),
    all<Named & { assignments: { id: string }[] }>(`${profiles}?$expand=assignments`, signal),
    lab ? send<{ value: { pc: { name: string; serialNumber: string } }[] }>("GET", "/ui/pcs", undefined, {}, signal) : undefined,
  ]);
  const out: Sample = { scope: policy.appliesTo !== "none" };
  const group = madeHere(groups, sampleNames.group);
  if (group) out.group = group.id;
  const esp = madeHere(esps, sampleNames.esp);
  if (esp) out.esp = esp.id;
  const profile = madeHere(list, sampleNames.profile);
  if (profile) out.profile = { id: profile.id, assignments: profile.assignments.map((a) => a.id) };
  const pc = pcs?.value.find((p) => p.pc.name === sampleNames.pc);
  if (pc) {
    const serial = encodeURIComponent(`serialNumber eq '${pc.pc.serialNumber}'`);
    const [device] = await all<{ id: string }>(`${identities}?$filter=${serial}`, signal);
    out.pc = { device: device?.id };
  }
  return out;
}

/** What is missing of the sample, in the order in which it is made. */
export function missingOf(s: Sample, lab: boolean): Piece[] {
  const there: Record<Piece, boolean> = {
    scope: s.scope,
    group: s.group !== undefined,
    esp: s.esp !== undefined,
    profile: s.profile !== undefined,
    pc: !lab || s.pc?.device !== undefined,
  };
  return samplePieces.filter((p) => !there[p]);
}

/** What can be removed again, in the order in which it goes. */
export const presentOf = (s: Sample): Piece[] => (["profile", "esp", "pc", "group"] as const).filter((p) => s[p] !== undefined);

/** Makes one piece; s learns what came of it. */
export async function make(piece: Piece, s: Sample): Promise<void> {
  switch (piece) {
    case "scope":
      await graph.patch(scope, { appliesTo: "all" });
      return;
    case "group":
      s.group = (
        await graph.post<Named>("/v1.0/groups", {
          displayName: sampleNames.group,
          description: sampleMark,
          mailNickname: "sampleautopilotdevices",
          mailEnabled: false,
          securityEnabled: true,
          groupTypes: ["DynamicMembership"],
          membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))',
          membershipRuleProcessingState: "On",
        })
      ).id;
      return;
    case "esp": {
      const { id } = await graph.post<Named>(pages, {
        "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration",
        displayName: sampleNames.esp,
        description: sampleMark,
        showInstallationProgress: true,
        installProgressTimeoutInMinutes: 60,
      });
      s.esp = id;
      await graph.post(`${pages}/${encodeURIComponent(id)}/assign`, { enrollmentConfigurationAssignments: [toGroup(s.group ?? "")] });
      return;
    }
    case "profile": {
      const { id } = await graph.post<Named>(profiles, {
        "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
        displayName: sampleNames.profile,
        description: sampleMark,
        deviceType: "windowsPc",
        locale: "os-default",
        outOfBoxExperienceSetting: {
          deviceUsageType: "singleUser",
          userType: "standard",
          eulaHidden: true,
          privacySettingsHidden: true,
          escapeLinkHidden: true,
          keyboardSelectionPageSkipped: true,
        },
      });
      s.profile = { id, assignments: [] };
      const { id: assigned } = await graph.post<{ id: string }>(`${profiles}/${id}/assignments`, toGroup(s.group ?? ""));
      s.profile.assignments.push(assigned);
      return;
    }
    case "pc": {
      if (!s.pc) await send("POST", "/ui/pcs", { name: sampleNames.pc, network: "wired" });
      s.pc = { device: undefined };
      const { content } = await send<{ content: string }>("POST", `/ui/pcs/${sampleNames.pc}/hash`);
      const [serialNumber, , hardwareIdentifier] = content.trim().split(/\r?\n/)[1]?.split(",") ?? [];
      const row = await graph.post<{ state: { deviceRegistrationId: string; deviceErrorName: string } }>(`${management}/importedWindowsAutopilotDeviceIdentities`, {
        serialNumber,
        hardwareIdentifier,
      });
      if (!row.state.deviceRegistrationId) throw new Error(row.state.deviceErrorName);
      s.pc = { device: row.state.deviceRegistrationId };
    }
  }
}

/** What somebody else removed meanwhile is gone as well. */
async function gone(removing: Promise<unknown>): Promise<void> {
  try {
    await removing;
  } catch (e) {
    if (!(e instanceof GraphError) || e.status !== 404) throw e;
  }
}

/** Removes one piece. */
export async function remove(piece: Piece, s: Sample): Promise<void> {
  if (piece === "profile" && s.profile) {
    for (const id of s.profile.assignments) await gone(graph.delete(`${profiles}/${s.profile.id}/assignments/${encodeURIComponent(id)}`));
    await gone(graph.delete(`${profiles}/${s.profile.id}`));
    delete s.profile;
  }
  if (piece === "esp" && s.esp) {
    await gone(graph.delete(`${pages}/${encodeURIComponent(s.esp)}`));
    delete s.esp;
  }
  if (piece === "pc" && s.pc) {
    if (s.pc.device) await gone(graph.delete(`${identities}/${s.pc.device}`));
    await gone(send("DELETE", `/ui/pcs/${sampleNames.pc}`));
    delete s.pc;
  }
  if (piece === "group" && s.group) {
    await gone(graph.delete(`/v1.0/groups/${s.group}`));
    delete s.group;
  }
}
