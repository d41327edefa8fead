import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Segmented } from "../../../components/field";
import { MessageBar, problemText, Skeleton } from "../../../components/states";
import { useSettled } from "../../../lib/settled";
import { exampleSerial, networks, screensBody, screensQuery, type Network, type Outlook } from "../api/screens";
import type { Draft } from "../draft";
import styles from "./preview.module.css";
import "../../../locales/en/problem";
import "../../../locales/en/screens";

/** What a person will see at the first start, as the settings stand. */
export function Preview({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const title = useId();
  const [network, setNetwork] = useState<Network>("wired");
  const found = useQuery(screensQuery(useSettled(JSON.stringify(screensBody(draft, network)))));
  return (
    <aside className={styles.preview} aria-labelledby={title}>
      <h2 id={title}>{t("screens.title")}</h2>
      <div className={styles.network}>
        <Segmented label={t("screens.network")} value={network} onChange={setNetwork} options={networks.map((value) => ({ value, label: t(`screens.networks.${value}`) }))} />
      </div>
      {found.isError ? (
        <MessageBar tone="warning">{problemText(found.error, t("problem.offline"))}</MessageBar>
      ) : found.data ? (
        <Strip outlook={found.data} draft={draft} />
      ) : (
        <Skeleton rows={4} />
      )}
    </aside>
  );
}

function Strip({ outlook: o, draft }: { outlook: Outlook; draft: Draft }) {
  const { t } = useTranslation();
  const title = (name: string) => t(`screens.names.${name}` as "screens.names.region", { defaultValue: name });
  const shown = o.screens.filter((s) => s.shown).length;
  return (
    <>
      <p aria-live="polite" className={styles.sum}>
        <strong>{t("screens.sum", { count: shown, all: o.screens.length })}</strong>
      </p>
      {draft.useTemplate && o.deviceName !== "" && (
        <p>
          {t("screens.deviceName", { serial: exampleSerial, name: o.deviceName })} {o.deviceName.includes("?") && t("screens.drawn")}
        </p>
      )}
      {draft.useTemplate && o.deviceName === "" && draft.template !== "" && <p lang="en">{o.deviceNameNote}</p>}
      {o.notes.map((n) => (
        <MessageBar key={n}>
          <span lang="en">{n}</span>
        </MessageBar>
      ))}
      <ol className={styles.strip}>
        {o.screens.map((s) => (
          <li key={s.name} className={s.shown ? styles.shown : styles.hidden}>
            <span className={`${styles.mini} ${styles[kinds[s.name] ?? "card"]}`} aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span className={styles.words}>
              <span className={styles.name}>
                <span className={styles.title}>{title(s.name)}</span> <span className={styles.state}>{s.shown ? t("screens.shown") : t("screens.hidden")}</span>
              </span>
              <span className={styles.why} lang="en">
                {s.why}
              </span>
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.note}>{t("screens.elsewhere", { names: o.elsewhere.map(title).join(", ") })}</p>
    </>
  );
}

/** What the small picture of a screen looks like. */
const kinds: Record<string, "list" | "text" | "wait" | "desk"> = {
  region: "list",
  keyboard: "list",
  layout: "list",
  network: "list",
  profile: "wait",
  rename: "wait",
  eula: "text",
  privacy: "text",
  desktop: "desk",
};
