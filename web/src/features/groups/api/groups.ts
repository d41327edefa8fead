import type { Group as Wire } from "@microsoft/microsoft-graph-types";
import { queryOptions } from "@tanstack/react-query";
import { bareSearch, graph, query, type Page } from "../../../lib/graph";

export type Group = Wire & { id: string };

/** Groups by a part of their name. */
export const groupsQuery = (search: string) =>
  queryOptions({
    queryKey: ["groups", "list", search],
    queryFn: ({ signal }) =>
      graph.get<Page<Group>>(
        "/v1.0/groups" + query({ $top: 100, $count: true, $orderby: "displayName", $search: bareSearch(search), $select: "id,displayName,description,groupTypes" }),
        signal,
      ),
    placeholderData: (old) => old,
  });

/** How many members a group has now. */
export const memberCountQuery = (id: string) =>
  queryOptions({ queryKey: ["groups", "memberCount", id], queryFn: ({ signal }) => graph.get<number>(`/v1.0/groups/${id}/members/$count`, signal) });

/** How many groups there are. */
export const groupCountQuery = queryOptions({ queryKey: ["groups", "count"], queryFn: ({ signal }) => graph.get<number>("/v1.0/groups/$count", signal) });

/** One group by its id. */
export const groupQuery = (id: string) => queryOptions({ queryKey: ["groups", "one", id], queryFn: ({ signal }) => graph.get<Group>(`/v1.0/groups/${id}`, signal) });
