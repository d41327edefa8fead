import { useTranslation } from "react-i18next";
import { Icon } from "./icon";
import styles from "./stepper.module.css";
import "../locales/en/wizard";

interface Props {
  labels: readonly string[];
  current: number;
  onGo: (step: number) => void;
}

/** The steps of a wizard: those that are done can be gone back to. */
export function Stepper({ labels, current, onGo }: Props) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("wizard.steps")}>
      <ol className={styles.steps}>
        {labels.map((label, i) => {
          const done = i < current;
          return (
            <li key={label} aria-current={i === current ? "step" : undefined} className={i === current ? styles.current : done ? styles.done : styles.future}>
              {done ? (
                <button type="button" onClick={() => onGo(i)}>
                  <Icon name="checkmark_circle" />
                  {label}
                  <span className="visually-hidden"> ({t("wizard.stepDone")})</span>
                </button>
              ) : (
                <span>
                  <span className={styles.number} aria-hidden="true">
                    {i + 1}
                  </span>
                  {label}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
