import type { Group as Wire } from "@microsoft/microsoft-graph-types";
import type { MembershipRuleProcessingStatus } from "@microsoft/microsoft-graph-types-beta";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";

export const membershipTypes = ["Assigned", "DynamicUser", "DynamicDevice"] as const;
export type MembershipType = (typeof membershipTypes)[number];

/** Those whose members can be devices, and those whose can be people. */
export const groupsOfDevices: readonly MembershipType[] = ["Assigned", "DynamicDevice"];
export const groupsOfPeople: readonly MembershipType[] = ["Assigned", "DynamicUser"];

export type Group = Wire & {
  id: string;
  "@odata.etag"?: string;
  membershipType: MembershipType;
  membershipRuleWarnings?: string[];
  membershipRuleProcessingStatus?: MembershipRuleProcessingStatus | null;
};

const path = "/beta/groups";
export const groupsKey = ["groups"] as const;

/** The $filter that finds the groups of these kinds. */
export const ofTypes = (types: readonly MembershipType[] | undefined) => types?.map((x) => `membershipType eq '${x}'`).join(" or ");

/** Groups by a part of their name; only those whose members are of these kinds. */
export const groupsQuery = (search: string, types?: readonly MembershipType[]) =>
  queryOptions({
    queryKey: [...groupsKey, "pick", search, types],
    queryFn: ({ signal }) =>
      graph.get<Page<Group>>(
        path +
          query({
            $top: 100,
            $count: true,
            $orderby: "displayName",
            $search: bareSearch(search),
            $filter: ofTypes(types),
            $select: "id,displayName,description,groupTypes,membershipType",
          }),
        signal,
      ),
    placeholderData: (old) => old,
  });

const pageSize = 200;
// A list in a browser ends somewhere; search and filter find the rest.
const mostPages = 100;

export interface Wanted {
  q: string;
  type: MembershipType | undefined;
  sort: string; // as $orderby
}

/** All groups, a page at a time. */
export const groupListQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...groupsKey, "list", w],
    initialPageParam: path + query({ $top: pageSize, $count: true, $orderby: w.sort, $search: bareSearch(w.q), $filter: w.type && ofTypes([w.type]) }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Group>>(pageParam, signal),
    getNextPageParam: (last, pages) => (pages.length >= mostPages ? undefined : nextPath(last)),
    placeholderData: (old) => old,
  });

/** How many members a group has now. */
export const memberCountQuery = (id: string) =>
  queryOptions({ queryKey: [...groupsKey, "memberCount", id], queryFn: ({ signal }) => graph.get<number>(`${path}/${id}/members/$count`, signal) });

/** How many groups there are. */
export const groupCountQuery = queryOptions({ queryKey: [...groupsKey, "count"], queryFn: ({ signal }) => graph.get<number>(`${path}/$count`, signal) });

/** One group by its id. */
export const groupQuery = (id: string) => queryOptions({ queryKey: [...groupsKey, "one", id], queryFn: ({ signal }) => graph.get<Group>(`${path}/${id}`, signal) });

/** How far the members of a dynamic group are: watched while they change. */
export const processingQuery = (id: string) =>
  queryOptions({
    queryKey: [...groupsKey, "processing", id],
    queryFn: async ({ signal }) =>
      (await graph.get<Pick<Group, "membershipRuleProcessingStatus">>(`${path}/${id}?$select=membershipRuleProcessingStatus`, signal)).membershipRuleProcessingStatus ?? null,
    refetchInterval: (q) => (q.state.data?.status === "Running" ? 2_000 : 15_000),
  });

export interface NewGroup {
  displayName: string;
  description: string;
  type: MembershipType;
  rule: string;
  members: readonly string[];
}

/** Members may come with a new group; the rest is added after it. */
const mostBound = 20;

export async function createGroup(g: NewGroup): Promise<Group> {
  const dynamic = g.type !== "Assigned";
  const reference = (id: string) => `${location.origin}/v1.0/directoryObjects/${id}`;
  const made = await graph.post<Group>(path, {
    displayName: g.displayName.trim(),
    ...(g.description.trim() === "" ? {} : { description: g.description.trim() }),
    mailEnabled: false,
    mailNickname: nickname(g.displayName),
    securityEnabled: true,
    groupTypes: dynamic ? ["DynamicMembership"] : [],
    ...(dynamic ? { membershipRule: g.rule, membershipRuleProcessingState: "On" } : {}),
    ...(g.members.length > 0 && !dynamic ? { "members@odata.bind": g.members.slice(0, mostBound).map(reference) } : {}),
  });
  if (!dynamic) for (const id of g.members.slice(mostBound)) await addMember(made.id, id);
  return made;
}

/** A mail nickname of a name: Graph asks for one, and nobody sees it. */
export function nickname(name: string): string {
  const plain = name
    .normalize("NFD")
    .replaceAll(/[^A-Za-z0-9-]/g, "")
    .slice(0, 50);
  return plain === "" ? "group" : plain;
}

export const saveGroup = (id: string, change: Partial<Wire>, etag?: string) => graph.patch<undefined>(`${path}/${id}`, change, etag);
export const deleteGroup = (id: string) => graph.delete(`${path}/${id}`);
export const addMember = (group: string, id: string) => graph.post<undefined>(`${path}/${group}/members/$ref`, { "@odata.id": `${location.origin}/v1.0/directoryObjects/${id}` });
export const removeMember = (group: string, id: string) => graph.delete(`${path}/${group}/members/${id}/$ref`);
export const addOwner = (group: string, id: string) => graph.post<undefined>(`${path}/${group}/owners/$ref`, { "@odata.id": `${location.origin}/v1.0/directoryObjects/${id}` });
export const removeOwner = (group: string, id: string) => graph.delete(`${path}/${group}/owners/${id}/$ref`);
