import { useEffect, useState } from "react";

/** ms without a key before what is typed goes to the server. */
export const settledAfter = 300;

/** A value once it has stood still for a moment. */
export function useSettled<T>(value: T, ms = settledAfter): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
