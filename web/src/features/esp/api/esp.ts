import { queryOptions } from "@tanstack/react-query";
import { targetsOf, type Audience } from "../../../lib/audience";
import { all, graph } from "../../../lib/graph";
import { espBody, isDefault, type Draft, type WireEsp } from "../draft";

const path = "/beta/deviceManagement/deviceEnrollmentConfigurations";
export const espKey = ["enrollmentStatusPages"] as const;

const filter = encodeURIComponent("deviceEnrollmentConfigurationType eq 'windows10EnrollmentCompletionPageConfiguration'");

/** All status pages in the order in which they are tried: 51 at most. The
 * tenant's own is the last. */
export const espListQuery = queryOptions({
  queryKey: [...espKey, "list"],
  queryFn: async ({ signal }) => {
    const found = await all<WireEsp>(`${path}?$expand=assignments&$filter=${filter}`, signal);
    const rank = (p: WireEsp) => (isDefault(p) ? Infinity : (p.priority ?? 0));
    return found.sort((a, b) => rank(a) - rank(b));
  },
});

/** One of them. */
export const espQuery = (id: string) =>
  queryOptions({ queryKey: [...espKey, "one", id], queryFn: ({ signal }) => graph.get<WireEsp>(`${path}/${encodeURIComponent(id)}?$expand=assignments`, signal) });

/** Makes these the page's only assignments. */
export const assignEsp = (id: string, audience: Audience) =>
  graph.post<undefined>(`${path}/${encodeURIComponent(id)}/assign`, { enrollmentConfigurationAssignments: targetsOf(audience).map((target) => ({ target })) });

/** Creates the page, then assigns it; failed is why it is not assigned. */
export async function createEsp(draft: Draft): Promise<{ esp: WireEsp; failed: unknown }> {
  const esp = await graph.post<WireEsp>(path, espBody(draft));
  try {
    if (targetsOf(draft).length > 0) await assignEsp(esp.id, draft);
  } catch (failed) {
    return { esp, failed };
  }
  return { esp, failed: undefined };
}

export const saveEsp = (p: WireEsp, draft: Draft) => graph.patch<WireEsp>(`${path}/${encodeURIComponent(p.id)}`, espBody(draft), p["@odata.etag"]);
export const deleteEsp = (id: string) => graph.delete(`${path}/${encodeURIComponent(id)}`);

/** Puts a page at a place, 1 is tried first; the others make room. */
export const setPriority = (id: string, priority: number) => graph.post<undefined>(`${path}/${encodeURIComponent(id)}/setPriority`, { priority });
