import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { GraphError } from "../lib/graph";
import { MessageBar, problemText } from "./states";
import "../locales/en/problem";

/** Says that the server refuses something for a while (429), and how long it
 * still does. Only the reason is read aloud, not every second. */
export function TryLater({ error, onOver }: { error: GraphError; onOver: () => void }) {
  const { t } = useTranslation();
  const [until] = useState(() => Date.now() + (error.retryAfter ?? 0) * 1000);
  const [left, setLeft] = useState(error.retryAfter ?? 0);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = Math.ceil((until - Date.now()) / 1000);
      setLeft(now);
      if (now <= 0) onOver();
    }, 1000);
    return () => clearInterval(timer);
  }, [until, onOver]);
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return (
    <MessageBar tone="warning">
      <span role="alert">{problemText(error, t("problem.offline"))}</span> <span role="timer">{t("problem.waits", { time })}</span>
    </MessageBar>
  );
}
