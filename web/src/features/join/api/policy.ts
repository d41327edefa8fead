import type { DeviceRegistrationPolicy } from "@microsoft/microsoft-graph-types-beta";
import { queryOptions } from "@tanstack/react-query";
import { graph, query, type Page } from "../../../lib/graph";

export type Reach = "all" | "selected" | "none";

export interface Named {
  id: string;
  name: string;
}

/** Whom a setting lets in; only a selected one has people and groups. */
export interface Allowed {
  reach: Reach;
  users: Named[];
  groups: Named[];
}

/** The device settings of the tenant. */
export interface JoinSettings {
  etag: string | undefined;
  join: Allowed;
  register: Allowed;
  localAdmins: Allowed;
  globalAdmins: boolean;
  mfa: boolean;
  quota: number;
  laps: boolean;
  onlyAssignedUser: boolean;
}

/** Graph's number for no limit. */
export const unlimited = 2_147_483_647;

const path = "/beta/policies/deviceRegistrationPolicy";
const autopilot = "/beta/deviceManagement/windowsAutopilotSettings";

type Wire = DeviceRegistrationPolicy & { "@odata.etag"?: string };

interface Membership {
  "@odata.type"?: string;
  users?: string[];
  groups?: string[];
}

const typeOf: Record<Reach, string> = {
  all: "#microsoft.graph.allDeviceRegistrationMembership",
  selected: "#microsoft.graph.enumeratedDeviceRegistrationMembership",
  none: "#microsoft.graph.noDeviceRegistrationMembership",
};

const reachOf = (m: Membership | null | undefined): Reach => (["all", "selected"] as const).find((r) => typeOf[r] === m?.["@odata.type"]) ?? "none";

const idsPerRequest = 50; // an address has a length

async function namesOf(kind: "users" | "groups", ids: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (let at = 0; at < ids.length; at += idsPerRequest) {
    const list = ids.slice(at, at + idsPerRequest).map((id) => `'${id}'`);
    const page = await graph.get<Page<{ id: string; displayName: string | null }>>(
      `/beta/${kind}` + query({ $top: idsPerRequest, $select: "id,displayName", $filter: `id in (${list.join(",")})` }),
      signal,
    );
    for (const o of page.value) names.set(o.id, o.displayName ?? o.id);
  }
  return names;
}

export const joinSettingsQuery = queryOptions({
  queryKey: ["joinSettings"],
  queryFn: async ({ signal }): Promise<JoinSettings> => {
    const [policy, settings] = await Promise.all([graph.get<Wire>(path, signal), graph.get<{ onlyAssignedUserMaySignIn?: boolean }>(autopilot, signal)]);
    const joining = policy.azureADJoin;
    const memberships = [joining?.allowedToJoin, policy.azureADRegistration?.allowedToRegister, joining?.localAdmins?.registeringUsers] as (Membership | null | undefined)[];
    const [users, groups] = await Promise.all([
      namesOf("users", [...new Set(memberships.flatMap((m) => m?.users ?? []))], signal),
      namesOf("groups", [...new Set(memberships.flatMap((m) => m?.groups ?? []))], signal),
    ]);
    const named = (ids: readonly string[] | undefined, names: ReadonlyMap<string, string>) => (ids ?? []).map((id) => ({ id, name: names.get(id) ?? id }));
    const [join, register, localAdmins] = memberships.map((m): Allowed => ({ reach: reachOf(m), users: named(m?.users, users), groups: named(m?.groups, groups) }));
    const nobody: Allowed = { reach: "none", users: [], groups: [] };
    return {
      etag: policy["@odata.etag"],
      join: join ?? nobody,
      register: register ?? nobody,
      localAdmins: localAdmins ?? nobody,
      globalAdmins: joining?.localAdmins?.enableGlobalAdmins ?? false,
      mfa: policy.multiFactorAuthConfiguration === "required",
      quota: policy.userDeviceQuota ?? 0,
      laps: policy.localAdminPassword?.isEnabled ?? false,
      onlyAssignedUser: settings.onlyAssignedUserMaySignIn ?? false,
    };
  },
});

const wire = (a: Allowed): Membership => ({
  "@odata.type": typeOf[a.reach],
  ...(a.reach === "selected" ? { users: a.users.map((u) => u.id), groups: a.groups.map((g) => g.id) } : {}),
});

/** Replaces the policy as a whole: Graph has no smaller way. */
export async function saveJoinSettings(old: JoinSettings, now: JoinSettings): Promise<void> {
  const body = (s: JoinSettings) => ({
    userDeviceQuota: s.quota,
    multiFactorAuthConfiguration: s.mfa ? "required" : "notRequired",
    azureADRegistration: { allowedToRegister: wire(s.register) },
    azureADJoin: { allowedToJoin: wire(s.join), localAdmins: { enableGlobalAdmins: s.globalAdmins, registeringUsers: wire(s.localAdmins) } },
    localAdminPassword: { isEnabled: s.laps },
  });
  if (JSON.stringify(body(old)) !== JSON.stringify(body(now))) await graph.put(path, body(now), old.etag);
  if (old.onlyAssignedUser !== now.onlyAssignedUser) await graph.patch(autopilot, { onlyAssignedUserMaySignIn: now.onlyAssignedUser });
}
