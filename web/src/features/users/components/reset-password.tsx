import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Question } from "../../../components/overlay";
import parts from "../../../components/parts.module.css";
import { MessageBar, problemText } from "../../../components/states";
import { resetPassword, type Person } from "../api/users";
import "../../../locales/en/common";
import "../../../locales/en/people";
import "../../../locales/en/problem";

/** Asks, resets, and shows the new password: it is nowhere else, and gone when
 * this is closed. */
export function ResetPassword({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const reset = useMutation({ mutationFn: () => resetPassword(person.id), gcTime: 0 });
  if (reset.data !== undefined) {
    return (
      <Question title={t("people.resetDone")} onClose={onClose} footer={<Button onPress={onClose}>{t("common.close")}</Button>}>
        <div className={parts.stack}>
          <p>{t("people.newPasswordText")}</p>
          <p>
            {t("people.newPassword")}: <strong>{reset.data}</strong>
          </p>
          <div className={parts.buttons}>
            <Button icon="copy" onPress={() => void navigator.clipboard.writeText(reset.data).then(() => setCopied(true))}>
              {t("people.copyPassword")}
            </Button>
            <span aria-live="polite">{copied && t("people.copied")}</span>
          </div>
        </div>
      </Question>
    );
  }
  return (
    <Question
      title={t("people.resetTitle", { name: person.displayName ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={reset.isPending} onPress={() => reset.mutate()}>
            {t("people.reset")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      {reset.isError && <MessageBar tone="danger">{problemText(reset.error, t("problem.offline"))}</MessageBar>}
      <p>{t("people.resetText")}</p>
    </Question>
  );
}
