import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Button } from "./button";
import { Icon } from "./icon";
import { WithArrow, type MenuProps } from "./menu-button";
import styles from "./menu.module.css";

/** The button with its list, which is open at first. */
export default function Menu({ actions, label, children, ...button }: MenuProps) {
  return (
    <MenuTrigger defaultOpen>
      <Button {...button}>
        <WithArrow>{children}</WithArrow>
      </Button>
      <Popover className={styles.popover ?? ""} placement="bottom start">
        <AriaMenu className={styles.menu ?? ""} aria-label={label}>
          {actions.map((a) => (
            <MenuItem key={a.id} id={a.id} textValue={a.label} onAction={a.onAction} className={styles.item ?? ""}>
              {a.checked !== undefined && <span className={styles.mark}>{a.checked && <Icon name="checkmark" />}</span>}
              {a.icon && <Icon name={a.icon} />}
              {a.label}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
