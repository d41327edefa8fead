import { CheckboxButton, CheckboxField } from "react-aria-components";
import { Icon } from "./icon";
import styles from "./checkbox.module.css";

interface Props {
  label: string;
  hidden?: boolean; // the label is for screen readers only
  checked: boolean;
  mixed?: boolean;
  outOfTabOrder?: boolean;
  onChange: (on: boolean) => void;
}

export function Checkbox({ label, hidden, checked, mixed, outOfTabOrder, onChange }: Props) {
  return (
    <CheckboxField
      isSelected={checked}
      isIndeterminate={mixed ?? false}
      onChange={onChange}
      excludeFromTabOrder={outOfTabOrder ?? false}
      {...(hidden ? { "aria-label": label } : {})}
    >
      <CheckboxButton className={styles.checkbox ?? ""}>
        <span className={styles.box}>{checked && <Icon name="checkmark" />}</span>
        {!hidden && label}
      </CheckboxButton>
    </CheckboxField>
  );
}
