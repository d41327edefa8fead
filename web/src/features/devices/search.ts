import { z } from "zod/mini";
import { profileStatuses } from "../../lib/status";

/** What the list's address says: search, status, order, and the open pane. */
export const gridSearch = z.object({
  q: z.catch(z.optional(z.coerce.string()), undefined),
  status: z.catch(z.optional(z.enum(profileStatuses)), undefined),
  sort: z.catch(z.optional(z.string()), undefined),
  pane: z.catch(z.optional(z.string()), undefined),
  /** true: a new list; else the id of an import. */
  import: z.catch(z.optional(z.union([z.boolean(), z.uuid()])), undefined),
});

export type GridSearch = z.infer<typeof gridSearch>;

/** The order as the address has it: a property, with a minus for descending. */
export function readSort(text: string | undefined): { by: string; descending: boolean } {
  return text?.startsWith("-") ? { by: text.slice(1), descending: true } : { by: text ?? "serialNumber", descending: false };
}
