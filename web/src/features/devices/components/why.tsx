import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { LiveChip } from "../../../components/live";
import { MessageBar, Problem, Skeleton } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { useFormat } from "../../../lib/format";
import { explainQuery, type Explanation, type WhatIf } from "../api/explain";
import { Chain } from "./why-chain";
import { Remedies } from "./why-remedies";
import { Try } from "./why-try";
import { asText, say } from "./why-words";
import styles from "./why.module.css";
import "../../../locales/en/common";
import "../../../locales/en/why";

/** One sentence that says why, what to do, and the checks behind it; and the
 * same of how it would be. */
export function Why({ id }: { id: string }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const toast = useToast();
  const [tried, setTried] = useState<WhatIf>();
  const now = useQuery(explainQuery(id));
  const then = useQuery({ ...explainQuery(id, tried), enabled: tried !== undefined });
  const why = tried ? then : now;
  const copy = (answer: Explanation) =>
    navigator.clipboard.writeText(asText(t, answer.device.serialNumber, answer, time)).then(
      () => toast("success", t("why.copied")),
      () => toast("danger", t("why.copyRefused")),
    );
  return (
    <section className={styles.why}>
      <div className={styles.head}>
        <h3>{tried ? t("why.titleTried") : t("why.title")}</h3>
        {!tried && <LiveChip />}
        {why.data && (
          <Button look="command" icon="copy" onPress={() => void copy(why.data)}>
            {t("why.copy")}
          </Button>
        )}
      </div>
      {tried && <MessageBar>{t("why.tried")}</MessageBar>}
      {why.isError ? <Problem error={why.error} onRetry={() => void why.refetch()} /> : why.data ? <Answer why={why.data} /> : <Skeleton rows={2} />}
      {now.data && <Try key={id} device={{ groupTag: now.data.device.groupTag, user: now.data.device.userPrincipalName }} tried={tried} onTry={setTried} />}
    </section>
  );
}

function Answer({ why }: { why: Explanation }) {
  const { t } = useTranslation();
  const { name, noteText } = why.computerName;
  return (
    <>
      <p className={styles.sentence} aria-live="polite">
        {say(t, why.explanationText)}
      </p>
      {why.waitingForText && (
        <p>
          {t("why.waiting")}: {say(t, why.waitingForText)}
        </p>
      )}
      <Remedies remedies={why.remedyDetails} />
      <HardwareChanges changes={why.hardwareChanges} />
      {name && <p>{t("why.computerName", { name })}</p>}
      {noteText && <p>{say(t, noteText)}</p>}
      <Chain why={why} />
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
