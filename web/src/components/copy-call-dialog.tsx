import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asPowerShell, asRequest } from "../lib/call";
import { Button } from "./button";
import type { NamedCall } from "./copy-call";
import { Segmented } from "./field";
import { Question } from "./overlay";
import { useToast } from "./toast";
import styles from "./copy-call-dialog.module.css";
import "../locales/en/call";

const forms = { http: asRequest, powershell: asPowerShell };
type Form = keyof typeof forms;

/** The requests of each action, in the form that is chosen. */
export default function CopyCallDialog({ actions, onClose }: { actions: readonly NamedCall[]; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const [form, setForm] = useState<Form>("http");
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => toast("success", t("call.copied")),
      () => toast("danger", t("call.refused")),
    );
  return (
    <Question title={t("call.title")} onClose={onClose}>
      <div className={styles.stack}>
        <p>{t("call.text")}</p>
        <Segmented
          label={t("call.form")}
          value={form}
          onChange={setForm}
          options={[
            { value: "http", label: t("call.http") },
            { value: "powershell", label: "PowerShell" },
          ]}
        />
        {actions.map(({ label, calls }) => {
          const text = calls.map((c) => forms[form](c, location.origin)).join("\n");
          return (
            <section key={label} aria-label={label}>
              <div className={styles.head}>
                <h3>{label}</h3>
                <Button icon="copy" aria-label={t("call.copyNamed", { label })} onPress={() => void copy(text)}>
                  {t("call.copy")}
                </Button>
              </div>
              {/* It scrolls, so the keyboard has to reach it. */}
              <pre className={styles.code} tabIndex={0}>
                {text}
              </pre>
            </section>
          );
        })}
      </div>
    </Question>
  );
}
