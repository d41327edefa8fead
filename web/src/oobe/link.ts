import { useCallback, useEffect, useRef, useState } from "react";
import { GraphError, send } from "../lib/graph";
import type { Action, Frame } from "./types";

export type Trouble = "lost" | "denied" | "gone";

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** What is to be seen of a PC, and the way to do something to it. Each request
 * names the frame that is there and is answered with the next one. */
export function usePC(address: string): { frame?: Frame | undefined; trouble?: Trouble | undefined; act: (action: Action) => Promise<string | undefined>; again: () => void } {
  const [frame, setFrame] = useState<Frame>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [round, setRound] = useState(0);
  const version = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    const stopped = () => stop.signal.aborted;
    const watch = async () => {
      while (!stopped()) {
        try {
          const next = await send<Frame>("GET", `${address}?after=${version.current}`, undefined, {}, stop.signal);
          setTrouble(undefined);
          if (next.version !== version.current) {
            version.current = next.version;
            setFrame(next);
          }
          await pause(80, stop.signal); // a PC that works fast is shown as fast as anybody can see
        } catch (error) {
          if (stopped()) return;
          const status = error instanceof GraphError ? error.status : 0;
          if (status === 401) {
            location.reload();
            return;
          }
          setTrouble(status === 403 ? "denied" : status === 404 ? "gone" : "lost");
          if (status === 403 || status === 404) return;
          version.current = 0; // another process has counted anew
          await pause((error instanceof GraphError ? (error.retryAfter ?? 2) : 2) * 1000, stop.signal);
        }
      }
    };
    void watch();
    return () => stop.abort();
  }, [address, round]);
  const act = useCallback(
    async (action: Action) => {
      try {
        await send("POST", address, action);
        return undefined;
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        const remedy = error.details.find((d) => d.remedy)?.remedy;
        return remedy ? `${error.message} ${remedy}` : error.message;
      }
    },
    [address],
  );
  return { frame, trouble, act, again: useCallback(() => setRound((n) => n + 1), []) };
}

/** A text for screen readers: at most one message in five seconds, the newest. */
export function useSpoken(text: string): string {
  const [spoken, setSpoken] = useState("");
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + 5000 - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setSpoken(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return spoken;
}
