import type { MobilityManagementPolicy } from "@microsoft/microsoft-graph-types-beta";
import { queryOptions } from "@tanstack/react-query";
import { all, graph } from "../../../lib/graph";

export type Reach = "none" | "selected" | "all";

export interface Scope {
  etag: string | undefined;
  reach: Reach;
  groups: { id: string; name: string }[];
  termsOfUseUrl: string;
  discoveryUrl: string;
  complianceUrl: string;
}

/** MDM manages whole PCs, MAM (WIP) apps on personal ones. */
export type ScopeKind = "mdm" | "mam";

// Every tenant has one policy of each kind, under the same id.
const id = "0000000a-0000-0000-c000-000000000000";
const paths: Record<ScopeKind, string> = {
  mdm: `/beta/policies/mobileDeviceManagementPolicies/${id}`,
  mam: `/beta/policies/mobileAppManagementPolicies/${id}`,
};

type Wire = MobilityManagementPolicy & { "@odata.etag"?: string };

/** Whose PCs are enrolled into management when they join, and whose apps are managed. */
export const scopeQuery = (kind: ScopeKind) =>
  queryOptions({
    queryKey: ["mobilityScope", kind],
    queryFn: async ({ signal }): Promise<Scope> => {
      const path = paths[kind];
      const [policy, groups] = await Promise.all([graph.get<Wire>(path, signal), all<{ id: string; displayName: string | null }>(`${path}/includedGroups`, signal)]);
      const reach = policy.appliesTo === "all" || policy.appliesTo === "selected" ? policy.appliesTo : "none";
      return {
        etag: policy["@odata.etag"],
        reach,
        groups: groups.map((g) => ({ id: g.id, name: g.displayName ?? g.id })),
        termsOfUseUrl: policy.termsOfUseUrl ?? "",
        discoveryUrl: policy.discoveryUrl ?? "",
        complianceUrl: policy.complianceUrl ?? "",
      };
    },
  });

/** Saves what differs. Graph takes the scope, its groups and the addresses each
 * in a request of its own; the first group makes the scope selected. */
export async function saveScope(kind: ScopeKind, old: Scope, now: Scope): Promise<void> {
  if (JSON.stringify(old) === JSON.stringify(now)) return;
  const path = paths[kind];
  let etag = old.etag; // of what was read: the first write finds out whether somebody was faster
  const change = async (part: Record<string, string>) => {
    await graph.patch(path, part, etag);
    etag = undefined;
  };
  const addresses = (["termsOfUseUrl", "discoveryUrl", "complianceUrl"] as const).filter((a) => old[a] !== now[a]);
  if (addresses.length > 0) await change(Object.fromEntries(addresses.map((a) => [a, now[a]])));
  if (now.reach !== "selected") {
    if (now.reach !== old.reach) await change({ appliesTo: now.reach });
    return;
  }
  const before = old.reach === "selected" ? old.groups : [];
  for (const g of now.groups) {
    if (!before.some((o) => o.id === g.id)) await graph.post(`${path}/includedGroups/$ref`, { "@odata.id": `${location.origin}/v1.0/groups/${g.id}` });
  }
  for (const g of before) {
    if (!now.groups.some((n) => n.id === g.id)) await graph.delete(`${path}/includedGroups/${g.id}/$ref`);
  }
}
