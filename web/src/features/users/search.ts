import { z } from "zod/mini";
import { sortReader } from "../../lib/sort";

/** What the list's address says: search, state of the account, order, and whether somebody is being made. */
export const usersSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  enabled: z.catch(z.optional(z.boolean()), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
  new: z.catch(z.optional(z.boolean()), undefined),
});

export type UsersSearch = z.infer<typeof usersSearch>;

/** The order that the address asks for. */
export const readSort = sortReader("displayName", "userPrincipalName");
