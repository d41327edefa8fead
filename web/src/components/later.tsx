import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Call } from "../lib/call";
import { graph } from "../lib/graph";
import { problemText } from "./states";
import { useToast } from "./toast";
import "../locales/en/later";
import "../locales/en/problem";

interface Job {
  keys: readonly string[]; // what is about to go
  text: string;
  calls: readonly Call[];
  touches: readonly unknown[]; // the query key of what changes
}

interface Later {
  /** What is about to go, and is not shown any more. */
  pending: ReadonlySet<string>;
  /** Does it in ten seconds, or when the page is left, unless it is taken back. */
  later: (job: Job) => void;
}

const Context = createContext<Later>({ pending: new Set(), later: () => undefined });
export const useLater = () => useContext(Context);

const grace = 10_000;

export function LaterProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef(new Map<Job, () => void>());

  const change = useCallback(
    (job: Job, gone: boolean) =>
      setPending((old) => {
        const next = new Set(old);
        for (const k of job.keys)
          if (gone) next.add(k);
          else next.delete(k);
        return next;
      }),
    [],
  );
  const commit = useCallback(
    async (job: Job) => {
      // All at once: a page that is left has no time for one after the other.
      const ends = await Promise.allSettled(job.calls.map((c) => graph.run(c)));
      const failed = ends.filter((e) => e.status === "rejected");
      const first = failed[0];
      if (first) toast("danger", t("later.failed", { failed: failed.length, all: ends.length, why: problemText(first.reason, t("problem.offline")) }));
      await client.invalidateQueries({ queryKey: job.touches });
      change(job, false);
    },
    [change, client, t, toast],
  );
  const later = useCallback(
    (job: Job) => {
      change(job, true);
      const stop = () => {
        clearTimeout(timer);
        waiting.current.delete(job);
        put();
      };
      const timer = setTimeout(() => {
        stop();
        void commit(job);
      }, grace);
      waiting.current.set(job, () => {
        stop();
        void commit(job);
      });
      const put = toast("info", job.text, {
        label: t("later.undo"),
        onPress: () => {
          stop();
          change(job, false);
        },
      });
    },
    [change, commit, t, toast],
  );
  useEffect(() => {
    const left = () => {
      for (const go of [...waiting.current.values()]) go();
    };
    addEventListener("pagehide", left);
    return () => removeEventListener("pagehide", left);
  }, []);
  const value = useMemo(() => ({ pending, later }), [pending, later]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
