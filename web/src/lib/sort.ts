/** An order of rows: a property of the server, and its direction. */
export interface Order {
  by: string;
  descending: boolean;
}

/** Reads an order as an address has it: a property, with a minus for descending.
 * What cannot be sorted by is the first of those that can. */
export const sortReader =
  (...sortable: [string, ...string[]]) =>
  (text: string | undefined): Order => {
    const by = text?.replace(/^-/, "") ?? "";
    return sortable.includes(by) ? { by, descending: text?.startsWith("-") ?? false } : { by: sortable[0], descending: false };
  };
