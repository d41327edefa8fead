import { z } from "zod/mini";
import { sortReader } from "../../lib/sort";
import { membershipTypes } from "./api/groups";

/** What the list's address says: search, membership type and order. */
export const groupsSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  type: z.catch(z.optional(z.enum(membershipTypes)), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
});

export type GroupsSearch = z.infer<typeof groupsSearch>;

/** The order that the address asks for. */
export const readSort = sortReader("displayName", "createdDateTime");
