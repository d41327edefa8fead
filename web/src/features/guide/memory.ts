import { useCallback, useEffect, useState } from "react";
import type { Step, StepName } from "./api/guide";

/** What facts cannot tell, kept in the browser: that the step for users was
 * skipped, and which steps were done once. */
export interface Memory {
  skipped: boolean;
  done: readonly string[];
}

export type Shown = Step["state"] | "skipped" | "broken";

/** What a step is shown as. */
export function shownState(s: Pick<Step, "step" | "state">, m: Memory): Shown {
  if (s.state === "done" || s.state === "unknown") return s.state;
  if (s.step === "user" && m.skipped) return "skipped";
  return m.done.includes(s.step) ? "broken" : s.state;
}

/** How many steps need nothing more. */
export const finished = (steps: readonly Step[], m: Memory): number => steps.filter((s) => ["done", "skipped"].includes(shownState(s, m))).length;

/** What was kept, or nothing when it cannot be read. */
export function readMemory(text: string | null): Memory {
  try {
    const read = JSON.parse(text ?? "{}") as Partial<Memory>;
    return { skipped: read.skipped === true, done: Array.isArray(read.done) ? read.done.map(String) : [] };
  } catch {
    return { skipped: false, done: [] };
  }
}

/** The memory of a tenant's guide; what is done now is remembered. */
export function useMemory(tenant: string, steps: readonly Step[] | undefined): { memory: Memory; skip: (on: boolean) => void } {
  const key = `taxiway.guide.${tenant}`;
  const [memory, setMemory] = useState<Memory>(() => readMemory(localStorage.getItem(key)));
  const keep = useCallback(
    (next: Memory) => {
      localStorage.setItem(key, JSON.stringify(next));
      setMemory(next);
    },
    [key],
  );
  const fresh = steps?.filter((s) => s.state === "done" && !memory.done.includes(s.step)).map((s): StepName => s.step) ?? [];
  const freshText = fresh.join();
  useEffect(() => {
    if (freshText === "") return;
    const now = readMemory(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...now, done: [...new Set([...now.done, ...freshText.split(",")])] }));
  }, [freshText, key]);
  return { memory: { ...memory, done: readMemory(localStorage.getItem(key)).done }, skip: (on) => keep({ ...readMemory(localStorage.getItem(key)), skipped: on }) };
}
