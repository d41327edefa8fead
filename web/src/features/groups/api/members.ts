import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { all, bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";
import { groupsKey, ofTypes, type MembershipType } from "./groups";

export const memberKinds = ["device", "user", "group"] as const;
export type ObjectKind = (typeof memberKinds)[number];

/** Somebody or something that can be in a group. */
export interface Member {
  "@odata.type"?: string;
  id: string;
  displayName?: string | null;
  userPrincipalName?: string | null;
  manufacturer?: string | null;
  model?: string | null;
  groupTag?: string | null;
}

export function kindOf(m: Member): ObjectKind {
  const type = m["@odata.type"]?.split(".").at(-1);
  return type === "user" || type === "group" ? type : "device";
}

/** What tells a member from others of the same name. */
export const detailOf = (m: Member) => m.userPrincipalName ?? [m.manufacturer, m.model, m.groupTag].filter(Boolean).join(", ");

/** The members of a group, a page at a time. */
export const membersQuery = (group: string) =>
  infiniteQueryOptions({
    queryKey: [...groupsKey, "members", group],
    initialPageParam: `/beta/groups/${group}/members` + query({ $top: 50, $count: true, $orderby: "displayName", $select: "id,displayName,userPrincipalName,manufacturer,model" }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Member>>(pageParam, signal),
    getNextPageParam: nextPath,
  });

/** Who owns a group: at most a hundred. */
export const ownersQuery = (group: string) =>
  queryOptions({
    queryKey: [...groupsKey, "owners", group],
    queryFn: ({ signal }) => all<Member>(`/beta/groups/${group}/owners` + query({ $top: 100, $orderby: "displayName", $select: "id,displayName,userPrincipalName" }), signal),
  });

const selects: Record<ObjectKind, string> = { device: "id,displayName,manufacturer,model", user: "id,displayName,userPrincipalName", group: "id,displayName" };

/** Devices, people or groups by a part of their name; of groups only those that fit. */
export const objectsQuery = (kind: ObjectKind, search: string, fits?: readonly MembershipType[]) =>
  queryOptions({
    queryKey: ["objects", kind, search, fits],
    queryFn: async ({ signal }) => {
      const page = await graph.get<Page<Member>>(
        `/beta/${kind}s` +
          query({ $top: 50, $count: true, $orderby: "displayName", $search: bareSearch(search), $filter: kind === "group" ? ofTypes(fits) : undefined, $select: selects[kind] }),
        signal,
      );
      return { ...page, value: page.value.map((m): Member => ({ ...m, "@odata.type": `#microsoft.graph.${kind}` })) };
    },
    placeholderData: (old) => old,
  });
