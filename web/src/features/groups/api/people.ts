import { useQueries } from "@tanstack/react-query";
import { graph, query } from "../../../lib/graph";
import { groupsKey } from "./groups";

const peopleIn = (id: string) => ({
  queryKey: [...groupsKey, "people", id],
  // Of what can be in a group only people have such a name.
  queryFn: ({ signal }: { signal: AbortSignal }) => graph.get<number>(`/beta/groups/${id}/transitiveMembers/$count` + query({ $filter: "userPrincipalName ne null" }), signal),
});

/** How many people these groups hold, through groups in them too; undefined
 * until all are counted. Somebody in two of the groups counts twice. */
export function usePeopleCount(groups: readonly string[]): number | undefined {
  const counts = useQueries({ queries: groups.map(peopleIn) });
  return counts.some((c) => c.data === undefined) ? undefined : counts.reduce((sum, c) => sum + (c.data ?? 0), 0);
}
