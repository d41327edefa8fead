import { z } from "zod/mini";
import { sortReader } from "../../lib/sort";

/** What the list's address says: search and order. */
export const appsSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
});

export type AppsSearch = z.infer<typeof appsSearch>;

/** The order that the address asks for. */
export const readSort = sortReader("displayName", "createdDateTime", "lastModifiedDateTime");
