import { z } from "zod/mini";
import { audienceFields, audienceOf, inBoth, nobody, targetsOf, type Assigned, type GroupRef } from "../../lib/audience";
import { draftStore } from "../../lib/draft";

/** What an app is assigned for, in the order of the pages. */
export const intents = ["required", "available", "uninstall"] as const;
export type Intent = (typeof intents)[number];

const audience = z.object({ ...audienceFields, allUsers: z.boolean() });
export type AppAudience = z.infer<typeof audience>;
export type Audiences = Record<Intent, AppAudience>;

const fields = {
  name: z.string(),
  description: z.string(),
  publisher: z.string(),
  productCode: z.string(),
  productVersion: z.string(),
  commandLine: z.string(),
  context: z.enum(["device", "user"]),
  ignoreVersion: z.boolean(),
};

/** An app as the wizard has it, without its file, which a browser cannot keep. */
export const draftSchema = z.object({ ...fields, audiences: z.object({ required: audience, available: audience, uninstall: audience }) });
export type Draft = z.infer<typeof draftSchema>;
export type AppFields = Omit<Draft, "audiences">;

export const noAudience: AppAudience = { allDevices: false, allUsers: false, included: [], excluded: [] };
export const noAudiences: Audiences = { required: noAudience, available: noAudience, uninstall: noAudience };

export const newDraft: Draft = {
  name: "",
  description: "",
  publisher: "",
  productCode: "",
  productVersion: "",
  commandLine: "",
  context: "device",
  ignoreVersion: false,
  audiences: noAudiences,
};

const longest = { name: 200, text: 1024 };
const productCode = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;
const productVersion = /^\d{1,5}(\.\d{1,5}){0,3}$/;

export type Fault = "nameRequired" | "nameLong" | "publisherLong" | "commandLong" | "code" | "version";
export type Faults = Partial<Record<"name" | "publisher" | "commandLine" | "productCode" | "productVersion", Fault>>;

/** What is wrong with an app's properties: keys of the catalogue by field. */
export function faultsOf(d: AppFields): Faults {
  const faults: Faults = {};
  if (d.name.trim() === "") faults.name = "nameRequired";
  else if (d.name.length > longest.name) faults.name = "nameLong";
  if (d.publisher.length > longest.text) faults.publisher = "publisherLong";
  if (d.commandLine.length > longest.text) faults.commandLine = "commandLong";
  if (!productCode.test(d.productCode.trim())) faults.productCode = "code";
  if (!productVersion.test(d.productVersion.trim())) faults.productVersion = "version";
  return faults;
}

/** The app as Graph takes it (Graph page "Create windowsMobileMSI"). */
export const appBody = (d: AppFields): Record<string, unknown> => ({
  "@odata.type": "#microsoft.graph.windowsMobileMSI",
  displayName: d.name.trim(),
  description: d.description,
  publisher: d.publisher.trim(),
  productCode: d.productCode.trim(),
  productVersion: d.productVersion.trim(),
  commandLine: d.commandLine.trim(),
  useDeviceContext: d.context === "device",
  ignoreVersionDetection: d.ignoreVersion,
});

/** What of Graph's app the pages change. */
export interface WireApp {
  displayName?: string | null;
  description?: string | null;
  publisher?: string | null;
  productCode?: string | null;
  productVersion?: string | null;
  commandLine?: string | null;
  useDeviceContext?: boolean;
  ignoreVersionDetection?: boolean | null;
}

export const fieldsOf = (a: WireApp): AppFields => ({
  name: a.displayName ?? "",
  description: a.description ?? "",
  publisher: a.publisher ?? "",
  productCode: a.productCode ?? "",
  productVersion: a.productVersion ?? "",
  commandLine: a.commandLine ?? "",
  context: a.useDeviceContext === false ? "user" : "device",
  ignoreVersion: a.ignoreVersionDetection ?? false,
});

export type AppAssignment = Assigned & { id: string; intent: string };

/** Assignments as Graph's action takes them. */
export const assignmentsOf = (a: Audiences) => intents.flatMap((intent) => targetsOf(a[intent]).map((target) => ({ intent, target })));

/** Stored assignments as a form has them. */
export const audiencesOf = (as: readonly AppAssignment[] | undefined, nameOf: (group: string) => string): Audiences => {
  const of = (intent: Intent) =>
    audienceOf(
      as?.filter((a) => a.intent === intent),
      nameOf,
    );
  return { required: of("required"), available: of("available"), uninstall: of("uninstall") };
};

/** Whether nobody gets the app. */
export const forNobody = (a: Audiences): boolean => intents.every((i) => nobody(a[i]));

/** Groups that stand more than once: the server takes each for one thing. */
export function repeated(a: Audiences): GroupRef[] {
  const seen = new Set<string>();
  const twice = new Map<string, GroupRef>();
  for (const intent of intents) {
    for (const g of [...a[intent].included, ...a[intent].excluded]) {
      if (seen.has(g.id)) twice.set(g.id, g);
      seen.add(g.id);
    }
  }
  return [...twice.values()];
}

/** Whether all devices, or all users, are meant for more than one thing. */
export const everybodyTwice = (a: Audiences): boolean => intents.filter((i) => a[i].allDevices).length > 1 || intents.filter((i) => a[i].allUsers).length > 1;

/** Whether these assignments can be stored. */
export const assignable = (a: Audiences): boolean => repeated(a).length === 0 && !everybodyTwice(a) && intents.every((i) => inBoth(a[i]).length === 0);

export const appDrafts = draftStore("appDraft", draftSchema);
