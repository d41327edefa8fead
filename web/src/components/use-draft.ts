import { useEffect, useState } from "react";
import type { DraftStore } from "../lib/draft";
import { useLeaveGuard } from "../lib/leave";

/** What somebody enters in a wizard: kept as they go, and the browser asks
 * before the window is left. */
export function useDraft<T>(store: DraftStore<T>, user: string, blank: T) {
  const [kept] = useState(() => store.load(user));
  const [draft, setDraft] = useState<T>(kept ?? blank);
  const [resumed, setResumed] = useState(kept !== undefined);
  const [done, setDone] = useState(false);
  const touched = draft !== blank && draft !== kept;
  useEffect(() => {
    if (touched && !done) store.save(user, draft);
  }, [store, user, draft, touched, done]);
  useLeaveGuard(touched && !done);
  return {
    draft,
    resumed,
    change: (part: Partial<T>) => setDraft((d) => ({ ...d, ...part })),
    discard: () => {
      store.drop(user);
      setDraft(blank);
      setResumed(false);
    },
    /** What was entered is saved: nothing is kept any more. */
    finish: () => {
      setDone(true);
      store.drop(user);
    },
  };
}
