import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../components/icon";
import { Problem, Skeleton } from "../../../components/states";
import { explainQuery, type Explanation } from "../api/explain";
import styles from "./why.module.css";
import "../../../locales/en/common";
import "../../../locales/en/why";

/** One sentence that says why, what to do, and the checks behind it. */
export function Why({ id }: { id: string }) {
  const { t } = useTranslation();
  const why = useQuery(explainQuery(id));
  return (
    <section className={styles.why}>
      <h3>{t("why.title")}</h3>
      {why.data ? <Answer why={why.data} /> : why.isError ? <Problem error={why.error} onRetry={() => void why.refetch()} /> : <Skeleton rows={2} />}
    </section>
  );
}

function Answer({ why }: { why: Explanation }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{why.explanation}</p>
      {why.waitingFor && (
        <p>
          {t("why.waiting")}: {why.waitingFor}
        </p>
      )}
      {why.remedies.length > 0 && (
        <>
          <h4>{t("why.remedies")}</h4>
          <ul>
            {why.remedies.map((r) => (
              <li key={r}>{r}</li>
            ))}
          </ul>
        </>
      )}
      <HardwareChanges changes={why.hardwareChanges} />
      {why.computerName.name && <p>{t("why.computerName", { name: why.computerName.name })}</p>}
      {why.computerName.note && <p>{why.computerName.note}</p>}
      <h4>{t("why.groups")}</h4>
      {why.groups.length === 0 ? (
        <p>{t("why.noGroups")}</p>
      ) : (
        <ul className={styles.checks}>
          {why.groups.map((g) => (
            <li key={g.id}>
              <Icon name={g.isMember ? "checkmark_circle" : "dismiss"} />
              <span>
                {g.displayName}: {g.isMember ? t("why.member") : t("why.noMember")}
                {g.isPaused && ` ${t("why.paused")}`}
                {g.membershipRule && <code>{g.membershipRule}</code>}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h4>{t("why.profiles")}</h4>
      {why.profiles.length === 0 ? (
        <p>{t("why.noProfiles")}</p>
      ) : (
        <ul className={styles.checks}>
          {why.profiles.map((p) => (
            <li key={p.id}>
              <Icon name={p.verdict === "chosen" ? "checkmark_circle" : "dismiss"} />
              <span>
                {p.displayName}: {p.reason}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Which parts of a PC are not as registered. */
export function HardwareChanges({ changes }: { changes: Explanation["hardwareChanges"] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  return (
    <>
      <h4>{t("why.hardware")}</h4>
      <ul>
        {changes.map((c) => (
          <li key={c.component}>{t("why.change", { part: c.component, old: c.registered || t("common.none"), now: c.reported || t("common.none") })}</li>
        ))}
      </ul>
    </>
  );
}
