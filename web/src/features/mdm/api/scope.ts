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

// Every tenant has one policy, under the same id.
const path = "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000";

type Wire = MobilityManagementPolicy & { "@odata.etag"?: string };

/** Whose PCs are enrolled into management when they join. */
export const scopeQuery = queryOptions({
  queryKey: ["mdmScope"],
  queryFn: async ({ signal }): Promise<Scope> => {
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

/** Saves what differs: the policy first, then its groups. */
export async function saveScope(old: Scope, now: Scope): Promise<void> {
  await graph.patch(path, { appliesTo: now.reach, termsOfUseUrl: now.termsOfUseUrl, discoveryUrl: now.discoveryUrl, complianceUrl: now.complianceUrl }, old.etag);
  if (now.reach !== "selected") return;
  for (const g of now.groups) {
    if (!old.groups.some((o) => o.id === g.id)) await graph.post(`${path}/includedGroups/$ref`, { "@odata.id": `${location.origin}/v1.0/groups/${g.id}` });
  }
  for (const g of old.groups) {
    if (!now.groups.some((n) => n.id === g.id)) await graph.delete(`${path}/includedGroups/${g.id}/$ref`);
  }
}
