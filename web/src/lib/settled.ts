import { useEffect, useState } from "react";

/** ms without a key before what is typed goes to the server. */
const settledAfter = 300;

/** A value once it has stood still for a moment. */
export function useSettled<T>(value: T, ms = settledAfter): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Sends what is typed into a search once it has stood still, when it is not
 * what the address has already. The callback keeps its identity. */
export function useSearchText(text: string, q: string | undefined, send: (q: string | undefined) => void): void {
  useEffect(() => {
    const wanted = text.trim() === "" ? undefined : text.trim();
    if (wanted === q) return undefined;
    const timer = setTimeout(() => send(wanted), settledAfter);
    return () => clearTimeout(timer);
  }, [text, q, send]);
}
