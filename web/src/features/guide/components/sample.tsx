import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Icon, type IconName } from "../../../components/icon";
import { Question } from "../../../components/overlay";
import { MessageBar, problemText } from "../../../components/states";
import { useSession } from "../../../lib/session";
import { findSample, make, missingOf, presentOf, remove, sampleNames, type Piece, type Sample as Found } from "../sample";
import styles from "./steps.module.css";
import "../../../locales/en/common";
import "../../../locales/en/problem";
import "../../../locales/en/sample";

type Work = "create" | "remove";
type Outcome = "waiting" | "working" | "done" | "failed";
const icons: Record<Outcome, IconName> = { waiting: "circle", working: "clock", done: "checkmark_circle", failed: "error_circle" };

const needed = ["DeviceManagementServiceConfig.ReadWrite.All", "DeviceManagementConfiguration.ReadWrite.All", "Group.ReadWrite.All", "Policy.ReadWrite.MobilityManagement"];

/** Makes a whole sample at once, and takes it away again. */
export function Sample() {
  const { t } = useTranslation();
  const session = useSession();
  const lab = session.tenant.lab;
  const may = needed.every((p) => session.permissions.includes(p));
  const found = useQuery({ queryKey: ["sample"], queryFn: ({ signal }) => findSample(lab, signal), enabled: may });
  const [work, setWork] = useState<{ kind: Work; sample: Found; pieces: Piece[] }>();
  if (!found.data) return null; // a help for who may use it; the steps say what else is wrong
  const sample = found.data;
  const begin = (kind: Work) => setWork({ kind, sample: structuredClone(sample), pieces: kind === "create" ? missingOf(sample, lab) : presentOf(sample) });
  const missing = missingOf(sample, lab).length > 0;
  return (
    <div className={styles.actions}>
      {missing && <Button onPress={() => begin("create")}>{t("sample.create")}</Button>}
      {presentOf(sample).length > 0 && <Button onPress={() => begin("remove")}>{t("sample.remove")}</Button>}
      {work && <Dialog {...work} onClose={() => setWork(undefined)} />}
    </div>
  );
}

function Dialog({ kind, sample, pieces, onClose }: { kind: Work; sample: Found; pieces: Piece[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<Partial<Record<Piece, Outcome>>>({});
  const [failed, setFailed] = useState<unknown>();
  const state = (p: Piece): Outcome => outcomes[p] ?? "waiting";
  const working = pieces.some((p) => state(p) === "working");
  const done = pieces.every((p) => state(p) === "done");
  const run = async () => {
    setFailed(undefined);
    for (const p of pieces) {
      if (state(p) === "done") continue;
      setOutcomes((o) => ({ ...o, [p]: "working" }));
      try {
        await (kind === "create" ? make(p, sample) : remove(p, sample));
      } catch (e) {
        setOutcomes((o) => ({ ...o, [p]: "failed" }));
        setFailed(e);
        break;
      }
      setOutcomes((o) => ({ ...o, [p]: "done" }));
    }
    await client.invalidateQueries();
  };
  const close = () => {
    if (!working) onClose();
  };
  const started = pieces.some((p) => state(p) !== "waiting");
  return (
    <Question
      title={t(kind === "create" ? "sample.create" : "sample.remove")}
      onClose={close}
      footer={
        done ? (
          <Button look="primary" onPress={close}>
            {t("common.close")}
          </Button>
        ) : (
          <>
            <Button look="primary" isDisabled={working} onPress={() => void run()}>
              {started && !working ? t("common.retry") : t(kind === "create" ? "common.create" : "sample.removeNow")}
            </Button>
            <Button isDisabled={working} onPress={close}>
              {t("common.cancel")}
            </Button>
          </>
        )
      }
    >
      <p>{t(kind === "create" ? "sample.createText" : "sample.removeText")}</p>
      <ul className={styles.pieces} aria-live="polite">
        {pieces.map((p) => (
          <li key={p}>
            <Icon name={icons[state(p)]} />
            <span>
              {t(`sample.pieces.${p}`, { name: p === "scope" ? "" : sampleNames[p] })} <span className={styles.evidence}>{t(`sample.outcomes.${state(p)}`)}</span>
            </span>
          </li>
        ))}
      </ul>
      {kind === "remove" && <p>{t("sample.scopeStays")}</p>}
      {failed !== undefined && <MessageBar tone="danger">{problemText(failed, t("problem.offline"))}</MessageBar>}
    </Question>
  );
}
