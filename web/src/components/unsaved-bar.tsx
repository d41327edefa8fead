import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Icon } from "./icon";
import { Question } from "./overlay";
import { CommandBar } from "./page";
import styles from "./unsaved-bar.module.css";
import "../locales/en/common";
import "../locales/en/unsaved";

interface Props {
  label: string; // of the commands
  changed: boolean;
  saving: boolean;
  blocked?: boolean; // what is entered cannot be saved
  onSave: () => void;
  onDiscard: () => void;
  children?: ReactNode; // more commands
}

/** Save and Discard of a page that is edited. It stays in sight, says when
 * something is not saved, and asks before the page is left without. */
export function UnsavedBar({ label, changed, saving, blocked = false, onSave, onDiscard, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.bar}>
      <CommandBar
        label={label}
        end={
          <span aria-live="polite">
            {changed && (
              <span className={styles.unsaved}>
                <Icon name="warning" />
                {t("unsaved.text")}
              </span>
            )}
          </span>
        }
      >
        <Button look="primary" isDisabled={!changed || blocked || saving} onPress={onSave}>
          {saving ? t("unsaved.saving") : t("common.save")}
        </Button>
        <Button isDisabled={!changed || saving} onPress={onDiscard}>
          {t("unsaved.discard")}
        </Button>
        {children}
      </CommandBar>
      <LeaveGuard active={changed && !saving} />
    </div>
  );
}

/** Asks before a page is left with changes that are not saved; going on to the
 * page within is no leaving. */
export function LeaveGuard({ active, within }: { active: boolean; within?: string }) {
  const { t } = useTranslation();
  const guard = useBlocker({ shouldBlockFn: ({ next }) => active && next.routeId !== within, enableBeforeUnload: active, withResolver: true });
  if (guard.status !== "blocked") return null;
  return (
    <Question
      title={t("unsaved.leaveTitle")}
      onClose={guard.reset}
      footer={
        <>
          <Button look="primary" onPress={guard.reset}>
            {t("unsaved.stay")}
          </Button>
          <Button onPress={guard.proceed}>{t("unsaved.leave")}</Button>
        </>
      }
    >
      <p>{t("unsaved.leaveText")}</p>
    </Question>
  );
}
