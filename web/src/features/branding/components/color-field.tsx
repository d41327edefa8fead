import { useTranslation } from "react-i18next";
import { TextField } from "../../../components/field";
import { isColor } from "../faults";
import styles from "./color-field.module.css";
import "../../../locales/en/branding";

interface Props {
  value: string;
  readOnly: boolean;
  error: string | undefined;
  onChange: (color: string) => void;
}

const white = "#ffffff"; // the chooser has to begin somewhere

/** A colour, written or chosen. */
export function ColorField({ value, readOnly, error, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.row}>
      <TextField label={t("branding.color")} readOnly={readOnly} placeholder="#0F5FB8" value={value} onChange={onChange} error={error} hint={t("branding.colorHint")} />
      <input
        type="color"
        className={styles.chooser}
        aria-label={t("branding.chooseColor")}
        disabled={readOnly}
        value={isColor(value) ? value.toLowerCase() : white}
        onChange={(e) => onChange(e.target.value.toUpperCase())}
      />
    </div>
  );
}
