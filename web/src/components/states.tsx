import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { GraphError, signIn } from "../lib/graph";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";
import styles from "./states.module.css";
import "../locales/en/common";
import "../locales/en/frame";
import "../locales/en/problem";

type Tone = "info" | "success" | "warning" | "danger";
const toneIcons: Record<Tone, IconName> = { info: "info", success: "checkmark_circle", warning: "warning", danger: "error_circle" };

/** A sentence that matters where it stands. */
export function MessageBar({ tone = "info", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div className={`${styles.bar} ${styles[tone]}`} role={tone === "danger" ? "alert" : undefined}>
      <Icon name={toneIcons[tone]} />
      <div>{children}</div>
    </div>
  );
}

/** Instead of a list that has nothing to show: why, and what to do. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className={styles.empty}>
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </section>
  );
}

/** What a person is told about an error of the server. */
export function problemText(error: unknown, offline: string): string {
  if (!(error instanceof GraphError)) return String(error);
  if (error.status === 0) return offline;
  const remedy = error.details.find((d) => d.remedy)?.remedy;
  return remedy ? `${error.message} ${remedy}` : error.message;
}

/** Instead of what could not be loaded. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const e = error instanceof GraphError ? error : undefined;
  const retry = onRetry && <Button onPress={onRetry}>{t("common.retry")}</Button>;
  if (e?.status === 403) {
    return (
      <Empty title={t("problem.deniedTitle")} action={<Button onPress={() => signIn(true)}>{t("frame.another")}</Button>}>
        {t("problem.denied")} {e.message} {t("problem.deniedRemedy")}
      </Empty>
    );
  }
  if (e?.status === 404) {
    return (
      <Empty title={t("problem.notFoundTitle")} action={retry}>
        {t("problem.notFound")}
      </Empty>
    );
  }
  return (
    <Empty title={t("problem.title")} action={retry}>
      {problemText(error, t("problem.offline"))} {e?.retryAfter !== undefined && t("problem.throttled", { seconds: e.retryAfter })}{" "}
      {e?.requestId && <span className={styles.id}>{t("problem.requestId", { id: e.requestId })}</span>}
    </Empty>
  );
}

/** Grey rows in place of what is being loaded. They show after a moment, so
 * that what is quick does not flicker. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.skeleton} role="status" aria-label={t("common.loading")}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={styles.bone} />
      ))}
    </div>
  );
}
