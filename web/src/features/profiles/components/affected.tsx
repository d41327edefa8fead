import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { MessageBar, problemText } from "../../../components/states";
import { nobody, type Audience } from "../../../lib/audience";
import { useFormat } from "../../../lib/format";
import { affectedQuery, type Affected as Found } from "../api/affected";
import styles from "../../../components/parts.module.css";
import "../../../locales/en/affected";
import "../../../locales/en/problem";

/** Which devices an audience changes now, and where another profile wins. */
export function Affected({ audience, profile }: { audience: Audience; profile?: string }) {
  const { t } = useTranslation();
  const found = useQuery(affectedQuery(profile, audience));
  if (found.isPending) return <p aria-live="polite">{t("affected.counting")}</p>;
  if (found.isError) return <MessageBar tone="warning">{problemText(found.error, t("problem.offline"))}</MessageBar>;
  return <Sums found={found.data} empty={nobody(audience)} />;
}

function Sums({ found: f, empty }: { found: Found; empty: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const amount = (count: number) => ({ count, n: number(count) });
  return (
    <div className={styles.stack} aria-live="polite">
      {!empty && (
        <p>
          <strong>{t("affected.now", amount(f.reachedCount))}</strong>
          {f.excludedCount > 0 && f.reachedCount > 0 && ` ${t("affected.excluded", amount(f.excludedCount))}`}
        </p>
      )}
      {f.reachedCount === 0 && f.excludedCount > 0 && <MessageBar tone="warning">{t("affected.emptied", amount(f.excludedCount))}</MessageBar>}
      {f.changes.map((c) => (
        <p key={c.profileId}>
          {c.profileId === null ? t("affected.fromNone", amount(c.deviceCount)) : t("affected.from", { ...amount(c.deviceCount), name: c.displayName ?? "" })}
        </p>
      ))}
      {f.unchangedCount > 0 && <p>{t("affected.unchanged", amount(f.unchangedCount))}</p>}
      {f.conflicts.map((c) => (
        <MessageBar key={`${c.profileId} ${c.verdict}`} tone="warning">
          {t(c.verdict === "olderProfileWins" ? "affected.older" : "affected.group", { ...amount(c.deviceCount), name: c.displayName })}
        </MessageBar>
      ))}
      {f.otherTypeCount > 0 && <MessageBar tone="warning">{t("affected.otherType", amount(f.otherTypeCount))}</MessageBar>}
      {f.lostCount > 0 && <MessageBar tone="warning">{t("affected.lost", amount(f.lostCount))}</MessageBar>}
      {!f.isComplete && <MessageBar>{t("affected.partly", amount(f.evaluatedCount))}</MessageBar>}
    </div>
  );
}
