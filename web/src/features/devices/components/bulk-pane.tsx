import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ProgressBar } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { CopyCall } from "../../../components/copy-call";
import { TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { MessageBar, problemText } from "../../../components/states";
import { runMany } from "../../../lib/batch";
import type { Call } from "../../../lib/call";
import { useFormat } from "../../../lib/format";
import { changeCall, deleteCall, devicesKey, unassignUserCall, type Named } from "../api/devices";
import styles from "./bulk-pane.module.css";
import "../../../locales/en/autopilot";
import "../../../locales/en/bulk";
import "../../../locales/en/common";
import "../../../locales/en/problem";

export type BulkKind = "tag" | "unassign" | "delete";

interface Props {
  kind: BulkKind;
  devices: readonly Named[];
  onClose: (done: boolean) => void;
}

interface Failure {
  device: Named;
  why: string;
}

interface Run {
  all: number;
  done: number;
  failed: Failure[];
  state: "running" | "waiting" | "ended" | "stopped";
}

const mostShown = 50;

/** Does one thing to many devices, and says of each whether it was done. */
export default function BulkPane({ kind, devices, onClose }: Props) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [run, setRun] = useState<Run>();
  const [problem, setProblem] = useState("");
  const stop = useRef<AbortController>(undefined);
  const busy = run?.state === "running" || run?.state === "waiting";

  useEffect(() => {
    if (!busy) return undefined;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);
  useEffect(() => () => stop.current?.abort(), []);

  const callFor = (d: Named): Call => (kind === "tag" ? changeCall(d.id, { groupTag: text.trim() }) : kind === "delete" ? deleteCall(d.id) : unassignUserCall(d.id));
  const start = async (list: readonly Named[]) => {
    const controller = new AbortController();
    stop.current = controller;
    let now: Run = { all: list.length, done: 0, failed: [], state: "running" };
    const show = (change: Partial<Run>) => {
      now = { ...now, ...change };
      setRun(now);
    };
    show({});
    setProblem("");
    try {
      await runMany(list.map(callFor), {
        signal: controller.signal,
        onWaiting: (waiting) => show({ state: waiting ? "waiting" : "running" }),
        onDone: (i, error) => {
          const device = list[i];
          if (error && device) show({ failed: [...now.failed, { device, why: problemText(error, t("problem.offline")) }] });
          else show({ done: now.done + 1 });
        },
      });
      show({ state: controller.signal.aborted ? "stopped" : "ended" });
    } catch (e) {
      setProblem(problemText(e, t("problem.offline")));
      show({ state: "stopped" });
    }
    void client.invalidateQueries({ queryKey: devicesKey });
  };
  const ready = kind !== "delete" || text.trim() === String(devices.length);
  const worked = (run?.done ?? 0) + (run?.failed.length ?? 0);

  return (
    <Drawer
      title={t(`bulk.${kind}.title`)}
      onClose={() => onClose(run !== undefined)}
      footer={
        busy ? (
          <Button onPress={() => stop.current?.abort()}>{t("bulk.stop")}</Button>
        ) : run ? (
          <>
            <Button look="primary" onPress={() => onClose(true)}>
              {t("common.close")}
            </Button>
            {run.failed.length > 0 && <Button onPress={() => void start(run.failed.map((f) => f.device))}>{t("bulk.retry")}</Button>}
          </>
        ) : (
          <>
            <Button look="primary" isDisabled={!ready} onPress={() => void start(devices)}>
              {t(`bulk.${kind}.run`)}
            </Button>
            <CopyCall look="plain" actions={[{ label: t(`bulk.${kind}.title`), calls: devices.slice(0, 20).map(callFor) }]} />
          </>
        )
      }
    >
      <div className={styles.stack}>
        {!run && (
          <>
            <p>{t(`bulk.${kind}.text`, { count: devices.length })}</p>
            {kind === "tag" && <TextField label={t("autopilot.groupTag")} value={text} onChange={setText} />}
            {kind === "delete" && <TextField label={t("bulk.delete.type")} value={text} onChange={setText} />}
          </>
        )}
        {run && (
          <>
            {busy && (
              <ProgressBar className={styles.progress ?? ""} aria-label={t(`bulk.${kind}.title`)} value={worked} maxValue={run.all}>
                <progress className={styles.bar} value={worked} max={run.all} aria-hidden="true" />
                <span>{t("bulk.progress", { done: number(worked), all: number(run.all) })}</span>
              </ProgressBar>
            )}
            <div aria-live="polite" className={styles.stack}>
              {run.state === "waiting" && <MessageBar tone="warning">{t("bulk.waiting")}</MessageBar>}
              {problem !== "" && <MessageBar tone="danger">{problem}</MessageBar>}
              {run.state === "stopped" && <MessageBar>{t("bulk.stopped", { left: number(run.all - worked) })}</MessageBar>}
              {!busy && run.done > 0 && <MessageBar tone="success">{t("bulk.done", { count: run.done })}</MessageBar>}
              {!busy && run.failed.length > 0 && <MessageBar tone="danger">{t("bulk.failed", { count: run.failed.length })}</MessageBar>}
            </div>
            {run.failed.length > 0 && (
              <ul className={styles.failures}>
                {run.failed.slice(0, mostShown).map((f) => (
                  <li key={f.device.id}>
                    {f.device.serialNumber}: {f.why}
                  </li>
                ))}
                {run.failed.length > mostShown && <li>{t("bulk.more", { n: number(run.failed.length - mostShown) })}</li>}
              </ul>
            )}
          </>
        )}
      </div>
    </Drawer>
  );
}
