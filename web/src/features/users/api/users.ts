import type { User } from "@microsoft/microsoft-graph-types";
import { queryOptions } from "@tanstack/react-query";
import { bareSearch, graph, query, type Page } from "../../../lib/graph";

export type Person = User & { id: string };

/** People by a part of their name or address. */
export const usersQuery = (search: string) =>
  queryOptions({
    queryKey: ["users", search],
    queryFn: ({ signal }) => graph.get<Page<Person>>("/v1.0/users" + query({ $top: 50, $select: "id,displayName,userPrincipalName", $search: bareSearch(search) }), signal),
    placeholderData: (old) => old,
  });
