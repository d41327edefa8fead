import { z } from "zod/mini";

/** What the list's address says: search, state of the account, order, and whether somebody is being made. */
export const usersSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  enabled: z.catch(z.optional(z.boolean()), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
  new: z.catch(z.optional(z.boolean()), undefined),
});

export type UsersSearch = z.infer<typeof usersSearch>;

const sortable = ["displayName", "userPrincipalName"];

/** The order as the address has it: a property, with a minus for descending. */
export function readSort(text: string | undefined): { by: string; descending: boolean } {
  const by = text?.replace(/^-/, "") ?? "";
  return sortable.includes(by) ? { by, descending: text?.startsWith("-") ?? false } : { by: "displayName", descending: false };
}
