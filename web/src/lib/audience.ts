import { z } from "zod/mini";

/** A group as a form keeps it: its name is for people. */
export interface GroupRef {
  id: string;
  name: string;
}

/** Whom something is assigned to. */
export interface Audience {
  allDevices: boolean;
  allUsers?: boolean | undefined; // where users can be meant
  included: readonly GroupRef[];
  excluded: readonly GroupRef[];
}

const groups = z.array(z.object({ id: z.string(), name: z.string() }));

/** An audience's fields in the schema of a draft. */
export const audienceFields = { allDevices: z.boolean(), included: groups, excluded: groups };

type Target = Record<string, string | null>;

/** An assignment's target as Graph has it, beside what the server adds. */
export interface Assigned {
  target: Target;
}

const kind = (name: string) => `#microsoft.graph.${name}AssignmentTarget`;

/** The targets as Graph takes them. */
export function targetsOf(a: Audience): Record<string, string>[] {
  const group = (name: string) => (g: GroupRef) => ({ "@odata.type": kind(name), groupId: g.id });
  return [
    ...(a.allDevices ? [{ "@odata.type": kind("allDevices") }] : []),
    ...(a.allUsers ? [{ "@odata.type": kind("allLicensedUsers") }] : []),
    ...a.included.map(group("group")),
    ...a.excluded.map(group("exclusionGroup")),
  ];
}

/** The groups that assignments name, each once. */
export const groupIds = (as: readonly Assigned[] | undefined): string[] => [...new Set((as ?? []).flatMap((a) => (a.target["groupId"] ? [a.target["groupId"]] : [])))];

/** Stored assignments as a form has them. */
export function audienceOf(
  as: readonly Assigned[] | undefined,
  nameOf: (group: string) => string,
): { allDevices: boolean; allUsers: boolean; included: GroupRef[]; excluded: GroupRef[] } {
  const of = (name: string) => (as ?? []).filter((a) => a.target["@odata.type"] === kind(name));
  const refs = (name: string) => of(name).map((a) => ({ id: a.target["groupId"] ?? "", name: nameOf(a.target["groupId"] ?? "") }));
  return { allDevices: of("allDevices").length > 0, allUsers: of("allLicensedUsers").length > 0, included: refs("group"), excluded: refs("exclusionGroup") };
}

/** Groups that stand on both sides: excluded wins. */
export const inBoth = (a: Audience): GroupRef[] => a.included.filter((g) => a.excluded.some((x) => x.id === g.id));

/** Whether nobody is meant. */
export const nobody = (a: Audience): boolean => a.included.length === 0 && !a.allDevices && !a.allUsers;
