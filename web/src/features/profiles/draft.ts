import { z } from "zod/mini";
import { audienceFields, audienceOf, type Assigned } from "../../lib/audience";
import { draftStore } from "../../lib/draft";
import { templateFault } from "../../lib/nametemplate";

/** A profile as the wizard has it. */
export const draftSchema = z.object({
  name: z.string(),
  description: z.string(),
  convert: z.boolean(),
  mode: z.enum(["singleUser", "shared"]),
  join: z.enum(["azureAD", "activeDirectory"]),
  eulaHidden: z.boolean(),
  privacyHidden: z.boolean(),
  escapeHidden: z.boolean(),
  userType: z.enum(["administrator", "standard"]),
  preprovision: z.boolean(),
  locale: z.string(),
  keyboardSkipped: z.boolean(),
  useTemplate: z.boolean(),
  template: z.string(),
  ...audienceFields,
});
export type Draft = z.infer<typeof draftSchema>;

/** What the wizard begins with. */
export const newDraft: Draft = {
  name: "",
  description: "",
  convert: false,
  mode: "singleUser",
  join: "azureAD",
  eulaHidden: true,
  privacyHidden: true,
  escapeHidden: true,
  userType: "standard",
  preprovision: false,
  locale: "os-default",
  keyboardSkipped: true,
  useTemplate: false,
  template: "",
  allDevices: false,
  included: [],
  excluded: [],
};

const longestName = 200;

/** What is wrong with a step (1 to 4): keys of the catalogue by field. */
export function faultsOf(draft: Draft, step: number): { name?: "nameRequired" | "nameLong"; template?: ReturnType<typeof templateFault> } {
  if (step === 1) {
    if (draft.name.trim() === "") return { name: "nameRequired" };
    if (draft.name.length > longestName) return { name: "nameLong" };
  }
  if (step === 2 && draft.useTemplate) {
    const template = templateFault(draft.template);
    if (template) return { template };
  }
  return {};
}

/** The first step that is not right, or 0. */
export function firstWrong(draft: Draft): number {
  return [1, 2].find((s) => Object.keys(faultsOf(draft, s)).length > 0) ?? 0;
}

/** The settings that a self-deploying profile has no say in. */
export const fixedBySelfDeploying = (draft: Draft): boolean => draft.mode === "shared";

/** The profile as Graph takes it (Graph page "Create
 * azureADWindowsAutopilotDeploymentProfile"). */
export function profileBody(d: Draft): Record<string, unknown> {
  const self = fixedBySelfDeploying(d);
  const join = self ? "azureAD" : d.join;
  return {
    "@odata.type": `#microsoft.graph.${join}WindowsAutopilotDeploymentProfile`,
    displayName: d.name.trim(),
    description: d.description,
    deviceType: "windowsPc",
    locale: d.locale,
    preprovisioningAllowed: d.preprovision && !self,
    hardwareHashExtractionEnabled: d.convert,
    deviceNameTemplate: d.useTemplate ? d.template : "",
    outOfBoxExperienceSetting: {
      privacySettingsHidden: self || d.privacyHidden,
      eulaHidden: self || d.eulaHidden,
      ...(self ? {} : { userType: d.userType }),
      deviceUsageType: d.mode,
      keyboardSelectionPageSkipped: d.keyboardSkipped,
      escapeLinkHidden: self || d.escapeHidden,
    },
  };
}

/** What of Graph's profile the pages show; both names of a setting say the same. */
export interface WireProfile {
  "@odata.type"?: string;
  displayName?: string | null;
  description?: string | null;
  locale?: string | null;
  preprovisioningAllowed?: boolean;
  hardwareHashExtractionEnabled?: boolean;
  deviceNameTemplate?: string | null;
  outOfBoxExperienceSetting?: {
    privacySettingsHidden?: boolean;
    eulaHidden?: boolean;
    userType?: string;
    deviceUsageType?: string;
    keyboardSelectionPageSkipped?: boolean;
    escapeLinkHidden?: boolean;
  } | null;
  assignments?: Assigned[];
}

/** A stored profile as the wizard would have it. */
export function draftOf(p: WireProfile, nameOf: (group: string) => string): Draft {
  const o = p.outOfBoxExperienceSetting ?? {};
  const { allDevices, included, excluded } = audienceOf(p.assignments, nameOf);
  return {
    name: p.displayName ?? "",
    description: p.description ?? "",
    convert: p.hardwareHashExtractionEnabled ?? false,
    mode: o.deviceUsageType === "shared" ? "shared" : "singleUser",
    join: p["@odata.type"]?.includes("activeDirectory") ? "activeDirectory" : "azureAD",
    eulaHidden: o.eulaHidden ?? false,
    privacyHidden: o.privacySettingsHidden ?? false,
    escapeHidden: o.escapeLinkHidden ?? false,
    userType: o.userType === "administrator" ? "administrator" : "standard",
    preprovision: p.preprovisioningAllowed ?? false,
    locale: p.locale ?? "",
    keyboardSkipped: o.keyboardSelectionPageSkipped ?? false,
    useTemplate: Boolean(p.deviceNameTemplate),
    template: p.deviceNameTemplate ?? "",
    allDevices,
    included,
    excluded,
  };
}

export const profileDrafts = draftStore("profileDraft", draftSchema);
