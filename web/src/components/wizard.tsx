import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";
import { Button } from "./button";
import { MessageBar } from "./states";
import { Stepper } from "./stepper";
import styles from "./form.module.css";
import "../locales/en/common";
import "../locales/en/wizard";

interface Props {
  labels: readonly string[];
  step: number; // from 1
  onGo: (step: number) => void;
  onNext: () => void;
  onCreate: () => void;
  createDisabled: boolean;
  creating: boolean;
  resumed: boolean; // a draft from before is open
  onDiscard: () => void;
  aside?: ReactNode; // beside the steps, where there is room
  children: ReactNode;
}

/** The frame of a wizard: its steps above, one of them, and a foot that stays. */
export function Wizard({ labels, step, onGo, onNext, onCreate, createDisabled, creating, resumed, onDiscard, aside, children }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Stepper labels={labels} current={step - 1} onGo={(i) => onGo(i + 1)} />
      {resumed && (
        <MessageBar>
          {t("wizard.draft")} <Button onPress={onDiscard}>{t("wizard.discard")}</Button>
        </MessageBar>
      )}
      <div className={aside ? styles.beside : undefined}>
        <section aria-label={labels[step - 1]} className={styles.step}>
          {children}
        </section>
        {aside}
      </div>
      <div className={styles.foot}>
        <Button isDisabled={step === 1} onPress={() => onGo(step - 1)}>
          {t("wizard.previous")}
        </Button>
        {step < labels.length ? (
          <Button look="primary" onPress={onNext}>
            {t("wizard.next")}
          </Button>
        ) : (
          <Button look="primary" isDisabled={createDisabled || creating} onPress={onCreate}>
            {creating ? t("wizard.creating") : t("common.create")}
          </Button>
        )}
        <span className={styles.note}>{t("wizard.leave")}</span>
      </div>
    </>
  );
}
