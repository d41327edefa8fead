import { z } from "zod/mini";
import { membershipTypes } from "./api/groups";

/** What the list's address says: search, membership type and order. */
export const groupsSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  type: z.catch(z.optional(z.enum(membershipTypes)), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
});

export type GroupsSearch = z.infer<typeof groupsSearch>;

const sortable = ["displayName", "createdDateTime"];

/** The order as the address has it: a property, with a minus for descending. */
export function readSort(text: string | undefined): { by: string; descending: boolean } {
  const by = text?.replace(/^-/, "") ?? "";
  return sortable.includes(by) ? { by, descending: text?.startsWith("-") ?? false } : { by: "displayName", descending: false };
}
