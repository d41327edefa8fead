import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "./button";
import { MessageBar } from "./states";
import styles from "./toast.module.css";
import "../locales/en/frame";

type Tone = "success" | "danger" | "info";

interface Act {
  label: string;
  onPress: () => void;
}

interface Toast {
  id: number;
  tone: Tone;
  text: string;
  act: Act | undefined;
}

/** Returns what puts it away. */
type Add = (tone: Tone, text: string, act?: Act) => () => void;

const Context = createContext<Add>(() => () => undefined);

/** Says something about what was done; it stays until it is put away, or for
 * ten seconds when it is good news. */
export const useToast = () => useContext(Context);

export function Toasts({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [list, setList] = useState<Toast[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setList((l) => l.filter((x) => x.id !== id)), []);
  const add = useCallback<Add>(
    (tone, text, act) => {
      const id = next.current++;
      setList((l) => [...l.slice(-3), { id, tone, text, act }]);
      if (tone !== "danger" && !act) setTimeout(() => drop(id), 10_000);
      return () => drop(id);
    },
    [drop],
  );
  return (
    <Context.Provider value={add}>
      {children}
      <section className={styles.stack} aria-label={t("frame.notifications")} aria-live="polite" aria-relevant="additions">
        {list.map((x) => (
          <div key={x.id} className={styles.toast}>
            <MessageBar tone={x.tone}>{x.text}</MessageBar>
            {x.act && <Button onPress={x.act.onPress}>{x.act.label}</Button>}
            <IconButton icon="dismiss" label={t("frame.dismiss")} onPress={() => drop(x.id)} />
          </div>
        ))}
      </section>
    </Context.Provider>
  );
}
