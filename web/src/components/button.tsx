import type { ReactNode } from "react";
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./icon";
import styles from "./button.module.css";

type Look = "primary" | "plain" | "command";

export interface Props extends Omit<ButtonProps, "className" | "style" | "children"> {
  look?: Look;
  icon?: IconName;
  children: ReactNode;
}

export function Button({ look = "plain", icon, children, ...rest }: Props) {
  return (
    <AriaButton {...rest} className={`${styles.button} ${styles[look]}`}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </AriaButton>
  );
}

/** A button that shows a picture only; its words come with the pointer, the
 * focus, and to a screen reader. */
export function IconButton({ icon, label, className, ...rest }: Omit<ButtonProps, "className" | "style" | "children"> & { icon: IconName; label: string; className?: string }) {
  return (
    <TooltipTrigger delay={400}>
      <AriaButton {...rest} aria-label={label} className={`${styles.iconOnly} ${className ?? ""}`}>
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className={styles.tooltip ?? ""} offset={4}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
