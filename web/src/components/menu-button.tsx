import { lazy, Suspense, useState } from "react";
import { Button, type Props as ButtonProps } from "./button";
import { Icon, type IconName } from "./icon";
import styles from "./menu-button.module.css";

const Menu = lazy(() => import("./menu"));

export interface Action {
  id: string;
  label: string;
  icon?: IconName;
  checked?: boolean;
  onAction: () => void;
}

export interface MenuProps extends Omit<ButtonProps, "onPress"> {
  actions: readonly Action[];
  label: string;
}

/** A button that opens a list of actions. The list comes when it is first asked
 * for: most people open none of those that a page has. */
export function MenuButton({ actions, label, children, ...button }: MenuProps) {
  const [asked, setAsked] = useState(false);
  const face = (
    <Button {...button} aria-haspopup="menu" aria-expanded={false} onPress={() => setAsked(true)} onKeyDown={(e) => e.key === "ArrowDown" && setAsked(true)}>
      <WithArrow>{children}</WithArrow>
    </Button>
  );
  if (!asked) return face;
  return (
    <Suspense fallback={face}>
      <Menu actions={actions} label={label} {...button}>
        {children}
      </Menu>
    </Suspense>
  );
}

export function WithArrow({ children }: { children: React.ReactNode }) {
  return (
    <span className={styles.withArrow}>
      {children}
      <Icon name="chevron_down" className={styles.arrow} />
    </span>
  );
}
