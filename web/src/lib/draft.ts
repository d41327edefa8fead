import type { z } from "zod/mini";

/** Where a form keeps what somebody has entered and not saved: in this browser,
 * by person. */
export interface DraftStore<T> {
  load: (user: string) => T | undefined;
  /** Says whether it could be kept: a browser may refuse. */
  save: (user: string, draft: T) => boolean;
  drop: (user: string) => void;
}

/** A draft of another version of the site that no longer fits is not there. */
export function draftStore<T>(name: string, schema: z.ZodMiniType<T>): DraftStore<T> {
  const key = (user: string) => `taxiway.${name}.${user}`;
  return {
    load(user) {
      try {
        const found = schema.safeParse(JSON.parse(localStorage.getItem(key(user)) ?? ""));
        return found.success ? found.data : undefined;
      } catch {
        return undefined;
      }
    },
    save(user, draft) {
      try {
        localStorage.setItem(key(user), JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    drop: (user) => localStorage.removeItem(key(user)),
  };
}
