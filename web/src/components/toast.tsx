import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { MessageBar } from "./states";
import styles from "./toast.module.css";

interface Toast {
  id: number;
  tone: "success" | "danger" | "info";
  text: string;
}

const Context = createContext<(tone: Toast["tone"], text: string) => void>(() => undefined);

/** Says something about what was done; it stays until it is put away, or for
 * ten seconds when it is good news. */
export const useToast = () => useContext(Context);

export function Toasts({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [list, setList] = useState<Toast[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setList((l) => l.filter((x) => x.id !== id)), []);
  const add = useCallback(
    (tone: Toast["tone"], text: string) => {
      const id = next.current++;
      setList((l) => [...l.slice(-3), { id, tone, text }]);
      if (tone !== "danger") setTimeout(() => drop(id), 10_000);
    },
    [drop],
  );
  const value = useMemo(() => add, [add]);
  return (
    <Context.Provider value={value}>
      {children}
      <section className={styles.stack} aria-label={t("frame.notifications")} aria-live="polite" aria-relevant="additions">
        {list.map((x) => (
          <div key={x.id} className={styles.toast}>
            <MessageBar tone={x.tone}>{x.text}</MessageBar>
            <IconButton icon="dismiss" label={t("frame.dismiss")} onPress={() => drop(x.id)} />
          </div>
        ))}
      </section>
    </Context.Provider>
  );
}
