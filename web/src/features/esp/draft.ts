import { z } from "zod/mini";
import { audienceFields, audienceOf, type Assigned } from "../../lib/audience";
import { draftStore } from "../../lib/draft";

/** An Enrollment Status Page as the wizard has it. */
export const draftSchema = z.object({
  name: z.string(),
  description: z.string(),
  progress: z.boolean(),
  minutes: z.string(), // as typed
  customMessage: z.boolean(),
  message: z.string(),
  logs: z.boolean(),
  onlyOobe: z.boolean(),
  block: z.boolean(),
  reset: z.boolean(),
  use: z.boolean(),
  selected: z.boolean(), // only these apps block
  apps: z.array(z.object({ id: z.string(), name: z.string(), version: z.string() })),
  technicianOnly: z.boolean(),
  allUsers: z.boolean(),
  ...audienceFields,
});
export type Draft = z.infer<typeof draftSchema>;

/** What Windows says by itself. */
export const windowsMessage = "Setup could not be completed. Please try again or contact your support person for help.";

/** What the wizard begins with. */
export const newDraft: Draft = {
  name: "",
  description: "",
  progress: false,
  minutes: "60",
  customMessage: false,
  message: windowsMessage,
  logs: false,
  onlyOobe: false,
  block: false,
  reset: false,
  use: false,
  selected: false,
  apps: [],
  technicianOnly: false,
  allUsers: false,
  allDevices: false,
  included: [],
  excluded: [],
};

const longestName = 200;
const longestMessage = 10_000;
const mostMinutes = 24 * 60;
export const mostApps = 100;

export interface Faults {
  name?: "nameRequired" | "nameLong";
  minutes?: "minutes";
  message?: "messageRequired" | "messageLong";
  apps?: "appsRequired" | "appsMany";
}

/** What is wrong with a step (1 to 4): keys of the catalogue by field. What the
 * settings hide is not looked at. */
export function faultsOf(d: Draft, step: number): Faults {
  const faults: Faults = {};
  if (step === 1) {
    if (d.name.trim() === "") faults.name = "nameRequired";
    else if (d.name.length > longestName) faults.name = "nameLong";
  }
  if (step === 2 && d.progress) {
    if (minutesOf(d.minutes) === undefined) faults.minutes = "minutes";
    if (d.customMessage && d.message.trim() === "") faults.message = "messageRequired";
    else if (d.customMessage && Array.from(d.message).length > longestMessage) faults.message = "messageLong";
    if (d.block && d.selected && d.apps.length === 0) faults.apps = "appsRequired";
    else if (d.block && d.selected && d.apps.length > mostApps) faults.apps = "appsMany";
  }
  return faults;
}

/** The first step that is not right, or 0. */
export const firstWrong = (d: Draft): number => [1, 2].find((s) => Object.keys(faultsOf(d, s)).length > 0) ?? 0;

function minutesOf(text: string): number | undefined {
  const n = Number(text);
  return /^\s*\d+\s*$/.test(text) && n >= 1 && n <= mostMinutes ? n : undefined;
}

const type = "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration";

/** The status page as Graph takes it. What a setting hides is off. The toggle
 * for devices of the out-of-box experience is two of Graph's properties. */
export function espBody(d: Draft): Record<string, unknown> {
  const blocks = d.progress && d.block;
  const apps = blocks && d.selected ? d.apps.map((a) => a.id) : [];
  return {
    "@odata.type": type,
    displayName: d.name.trim(),
    description: d.description,
    showInstallationProgress: d.progress,
    installProgressTimeoutInMinutes: minutesOf(d.minutes) ?? 60,
    customErrorMessage: d.progress && d.customMessage ? d.message : "",
    allowLogCollectionOnInstallFailure: d.progress && d.logs,
    trackInstallProgressForAutopilotOnly: d.progress && d.onlyOobe,
    disableUserStatusTrackingAfterFirstUser: d.progress && d.onlyOobe,
    blockDeviceSetupRetryByUser: !blocks,
    allowDeviceResetOnInstallFailure: blocks && d.reset,
    allowDeviceUseOnInstallFailure: blocks && d.use,
    selectedMobileAppIds: apps,
    allowNonBlockingAppInstallation: apps.length > 0 && d.technicianOnly,
  };
}

/** What of Graph's status page the pages show. */
export interface WireEsp {
  id: string;
  "@odata.etag"?: string;
  displayName?: string | null;
  description?: string | null;
  priority?: number;
  createdDateTime?: string | null;
  lastModifiedDateTime?: string | null;
  showInstallationProgress?: boolean;
  installProgressTimeoutInMinutes?: number;
  customErrorMessage?: string | null;
  allowLogCollectionOnInstallFailure?: boolean;
  trackInstallProgressForAutopilotOnly?: boolean;
  disableUserStatusTrackingAfterFirstUser?: boolean;
  blockDeviceSetupRetryByUser?: boolean;
  allowDeviceResetOnInstallFailure?: boolean;
  allowDeviceUseOnInstallFailure?: boolean;
  selectedMobileAppIds?: string[];
  allowNonBlockingAppInstallation?: boolean;
  assignments?: Assigned[];
}

/** The tenant's own page, which goes to everybody whom no other one reaches. */
export const isDefault = (p: WireEsp): boolean => p.id.endsWith("_DefaultWindows10EnrollmentCompletionPageConfiguration");

/** A stored status page as the wizard would have it. */
export function draftOf(p: WireEsp, nameOf: (group: string) => string, appOf: (id: string) => { name: string; version: string }): Draft {
  const apps = p.selectedMobileAppIds ?? [];
  return {
    name: p.displayName ?? "",
    description: p.description ?? "",
    progress: p.showInstallationProgress ?? false,
    minutes: String(p.installProgressTimeoutInMinutes || 60),
    customMessage: Boolean(p.customErrorMessage),
    message: p.customErrorMessage || windowsMessage,
    logs: p.allowLogCollectionOnInstallFailure ?? false,
    onlyOobe: p.trackInstallProgressForAutopilotOnly ?? false,
    block: p.blockDeviceSetupRetryByUser === false,
    reset: p.allowDeviceResetOnInstallFailure ?? false,
    use: p.allowDeviceUseOnInstallFailure ?? false,
    selected: apps.length > 0,
    apps: apps.map((id) => ({ id, ...appOf(id) })),
    technicianOnly: p.allowNonBlockingAppInstallation ?? false,
    ...audienceOf(p.assignments, nameOf),
  };
}

export const espDrafts = draftStore("espDraft", draftSchema);
