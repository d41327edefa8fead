import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { DropZone, FileTrigger, ProgressBar } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Checkbox } from "../../../components/checkbox";
import { TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { Drawer } from "../../../components/overlay";
import { MessageBar, problemText, Skeleton } from "../../../components/states";
import { download, readFile, writeCsv, type CsvFault, type CsvList, type CsvRow, type ReadOptions } from "../../../lib/csv";
import { useFormat } from "../../../lib/format";
import { drop, keep, kept } from "../../../lib/keep";
import { useSession } from "../../../lib/session";
import { devicesKey } from "../api/devices";
import { importDevices, importedBefore, type Outcome } from "../api/import";
import styles from "./import-pane.module.css";
import "../../../locales/en/autopilot";
import "../../../locales/en/bulk";
import "../../../locales/en/common";
import "../../../locales/en/importing";
import "../../../locales/en/problem";

const header = "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User";
const mostShown = 50;

interface Props {
  importId: string | undefined; // of an import that began before
  onBegin: (importId: string) => void;
  onAnother: () => void;
  onClose: () => void;
}

interface Work {
  rows: readonly CsvRow[];
  outcomes: ReadonlyMap<string, Outcome>;
  state: "running" | "waiting" | "ended";
}

/** The pane that imports a list of devices. */
export default function ImportPane({ importId, onBegin, onAnother, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { user } = useSession();
  const [work, setWork] = useState<Work>();
  const [problem, setProblem] = useState("");
  const stop = useRef<AbortController>(undefined);

  const run = useCallback(
    async (id: string, rows: readonly CsvRow[]) => {
      stop.current?.abort();
      const controller = new AbortController();
      stop.current = controller;
      const show = (change: Partial<Work>) => {
        if (!controller.signal.aborted) setWork((old) => ({ rows, outcomes: old?.outcomes ?? new Map(), state: "running", ...change }));
      };
      setProblem("");
      try {
        await importDevices(id, rows, {
          onDone: (outcomes) => show({ outcomes }),
          onWaiting: (waiting) => show({ state: waiting ? "waiting" : "running" }),
          signal: controller.signal,
        });
        if (!controller.signal.aborted) await drop(id);
      } catch (e) {
        if (!controller.signal.aborted) setProblem(problemText(e, t("problem.offline")));
      }
      show({ state: "ended" });
      void client.invalidateQueries({ queryKey: devicesKey });
    },
    [client, t],
  );
  useEffect(() => () => stop.current?.abort(), []);

  // Somebody came back to an import: what this browser still has of it goes on.
  const before = useQuery({
    queryKey: ["imports", importId],
    enabled: importId !== undefined && work === undefined,
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const id = importId ?? "";
      const outcomes = await importedBefore(id, signal);
      const rows = (await kept(user.id, id)) as CsvRow[] | undefined;
      if (rows && !signal.aborted) void run(id, rows);
      return outcomes;
    },
  });

  const begin = async (rows: readonly CsvRow[]) => {
    const id = crypto.randomUUID();
    setWork({ rows, outcomes: new Map(), state: "running" });
    await keep(user.id, id, rows);
    onBegin(id);
    await run(id, rows);
  };
  const another = () => {
    stop.current?.abort();
    setWork(undefined);
    setProblem("");
    onAnother();
  };
  const close = (
    <Button look="primary" onPress={onClose}>
      {t("common.close")}
    </Button>
  );
  const more = <Button onPress={another}>{t("importing.another")}</Button>;

  if (work) {
    return (
      <Drawer
        title={t("importing.title")}
        onClose={onClose}
        footer={
          work.state === "ended" && (
            <>
              {close}
              {more}
            </>
          )
        }
      >
        <Progress work={work} problem={problem} />
      </Drawer>
    );
  }
  if (importId === undefined) return <Choose onBegin={(rows) => void begin(rows)} onClose={onClose} />;
  return (
    <Drawer
      title={t("importing.title")}
      onClose={onClose}
      footer={
        <>
          {close}
          {more}
        </>
      }
    >
      {before.isError ? (
        <MessageBar tone="danger">{problemText(before.error, t("problem.offline"))}</MessageBar>
      ) : before.data ? (
        <div className={styles.stack}>
          <MessageBar>{before.data.size === 0 ? t("importing.unknown") : t("importing.before")}</MessageBar>
          <Outcomes outcomes={before.data} rows={[]} />
        </div>
      ) : (
        <Skeleton />
      )}
    </Drawer>
  );
}

interface Chosen {
  file: Blob;
  name: string;
  list: CsvList | undefined; // while it is read
}

/** The first half: a file, what is wrong with it, and what can be mended. */
function Choose({ onBegin, onClose }: { onBegin: (rows: readonly CsvRow[]) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const [chosen, setChosen] = useState<Chosen>();
  const [options, setOptions] = useState<ReadOptions>({});
  const [problem, setProblem] = useState("");

  const read = (file: Blob, name: string, how: ReadOptions) => {
    setOptions(how);
    setChosen({ file, name, list: undefined });
    setProblem("");
    readFile(file, how).then(
      // Meanwhile another file may have been chosen.
      (list) => setChosen((now) => (now?.file === file ? { file, name, list } : now)),
      (e: unknown) => setProblem(String(e)),
    );
  };
  const again = (change: ReadOptions) => (chosen ? read(chosen.file, chosen.name, { ...options, ...change }) : setOptions({ ...options, ...change }));
  const paste = (text: string) => read(new Blob([text]), t("importing.pasted"), options);

  useEffect(() => {
    const onPaste = (e: ClipboardEvent) => {
      const file = e.clipboardData?.files[0];
      const text = e.clipboardData?.getData("text") ?? "";
      if (file) read(file, file.name, options);
      else if (text !== "") paste(text);
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  });

  const list = chosen?.list;
  const valid = list !== undefined && list.rows.length > 0 && list.faults.length === 0;
  return (
    <Drawer
      title={t("importing.title")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={!valid} onPress={() => list && onBegin(list.rows)}>
            {t("importing.button")}
          </Button>
          {list && !valid && list.rows.length > 0 && <Button onPress={() => onBegin(list.rows)}>{t("importing.onlyGood", { count: list.rows.length })}</Button>}
        </>
      }
    >
      <div className={styles.stack}>
        <p>{t("importing.text")}</p>
        <p>{t("importing.format", { header })}</p>
        <DropZone
          className={styles.file ?? ""}
          aria-label={t("importing.drop")}
          onDrop={(e) => {
            for (const item of e.items) {
              if (item.kind === "file") {
                void item.getFile().then((file) => read(file, file.name, options));
                return;
              }
              if (item.kind === "text" && item.types.has("text/plain")) {
                void item.getText("text/plain").then(paste);
                return;
              }
            }
          }}
        >
          <TextField label={t("importing.path")} value={chosen?.name ?? ""} onChange={() => undefined} readOnly placeholder={t("importing.none")} />
          <FileTrigger
            acceptedFileTypes={[".csv", "text/csv"]}
            onSelect={(files) => {
              const file = files?.[0];
              if (file) read(file, file.name, options);
            }}
          >
            <Button icon="folder_open">{t("importing.choose")}</Button>
          </FileTrigger>
          <p className={styles.hint}>{t("importing.drop")}</p>
        </DropZone>
        <Checkbox label={t("importing.strict")} checked={options.strict ?? false} onChange={(strict) => again({ strict })} />
        <div aria-live="polite" className={styles.stack}>
          {problem !== "" && <MessageBar tone="danger">{problem}</MessageBar>}
          {chosen && (
            <section>
              <h3>{t("importing.formatting")}</h3>
              {list ? (
                <>
                  <p>
                    {t("importing.total")}: {number(list.total)}
                  </p>
                  <p className={styles.good}>
                    <Icon name="checkmark_circle" />
                    {t("importing.good", { n: number(list.rows.length) })}
                  </p>
                  {list.faults.length > 0 && <Faults faults={list.faults} />}
                  {list.faults.some((f) => f.key === "padding") && <Button onPress={() => again({ repair: true })}>{t("importing.repair")}</Button>}
                  {valid && <p>{t("importing.ready")}</p>}
                </>
              ) : (
                <p>{t("common.working")}</p>
              )}
            </section>
          )}
        </div>
      </div>
    </Drawer>
  );
}

/** The second half: how far it is, and what became of each row. */
function Progress({ work, problem }: { work: Work; problem: string }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const done = Math.min(work.outcomes.size, work.rows.length);
  const left = work.rows.length - done;
  return (
    <div className={styles.stack}>
      {work.state !== "ended" && (
        <>
          <ProgressBar className={styles.progress ?? ""} aria-label={t("importing.title")} value={done} maxValue={work.rows.length}>
            <progress className={styles.bar} value={done} max={work.rows.length} aria-hidden="true" />
            <span>{t("importing.waiting", { n: number(left) })}</span>
          </ProgressBar>
          <p className={styles.hint}>{t("importing.leave")}</p>
        </>
      )}
      <div aria-live="polite" className={styles.stack}>
        {work.state === "waiting" && <MessageBar tone="warning">{t("importing.away")}</MessageBar>}
        {problem !== "" && <MessageBar tone="danger">{problem}</MessageBar>}
        {work.state === "ended" && left > 0 && <MessageBar tone="warning">{t("importing.left", { count: left })}</MessageBar>}
      </div>
      <Outcomes outcomes={work.outcomes} rows={work.rows} />
    </div>
  );
}

const icons = { imported: "checkmark_circle", here: "info", refused: "error_circle" } as const;

function Outcomes({ outcomes, rows }: { outcomes: ReadonlyMap<string, Outcome>; rows: readonly CsvRow[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (outcomes.size === 0) return null;
  const list = [...outcomes];
  const of = (how: Outcome["how"]) => list.filter(([, o]) => o.how === how);
  const [refused, here, imported] = [of("refused"), of("here"), of("imported")];
  const line = new Map(rows.map((r) => [r.serialNumber, r]));
  // What needs somebody comes first.
  const shown = [...refused, ...here, ...imported].slice(0, mostShown);
  return (
    <section aria-label={t("importing.result")}>
      <h3>{t("importing.result")}</h3>
      <div aria-live="polite" className={styles.stack}>
        {imported.length > 0 && <MessageBar tone="success">{t("importing.imported", { count: imported.length })}</MessageBar>}
        {here.length > 0 && <MessageBar>{t("importing.here", { count: here.length })}</MessageBar>}
        {refused.length > 0 && <MessageBar tone="danger">{t("importing.failed", { count: refused.length })}</MessageBar>}
      </div>
      <table className={styles.rows}>
        <thead>
          <tr>
            {rows.length > 0 && <th scope="col">{t("importing.row")}</th>}
            <th scope="col">{t("autopilot.serial")}</th>
            <th scope="col">{t("importing.outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(([serial, o]) => (
            <tr key={serial}>
              {rows.length > 0 && <td>{line.get(serial)?.line}</td>}
              <td>{serial}</td>
              <td>
                <Icon name={icons[o.how]} className={styles[o.how]} /> {t(`importing.how.${o.how}`)}
                {o.how === "refused" && `: ${o.why}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {outcomes.size > shown.length && <p>{t("bulk.more", { n: number(outcomes.size - shown.length) })}</p>}
      {refused.length > 0 && rows.length > 0 && (
        <Button
          icon="arrow_download"
          onPress={() =>
            download(
              "refused.csv",
              writeCsv([
                ["Device Serial Number", "Windows Product ID", "Hardware Hash", "Group Tag", "Assigned User", "Reason"],
                ...refused.flatMap(([serial, { why }]) => {
                  const row = line.get(serial);
                  return row ? [[row.serialNumber, row.productKey, row.hardwareIdentifier, row.groupTag, row.assignedUser, why]] : [];
                }),
              ]),
            )
          }
        >
          {t("importing.downloadFailed")}
        </Button>
      )}
    </section>
  );
}

function Faults({ faults }: { faults: readonly CsvFault[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <>
      <MessageBar tone="danger">{t("importing.bad", { count: faults.length })}</MessageBar>
      <ul className={styles.faults}>
        {faults.slice(0, mostShown).map((f) => (
          <li key={`${f.line}${f.key}`}>
            {f.line > 0 && `${t("importing.line", { line: f.line })}: `}
            {t(`importing.faults.${f.key}`, { value: f.value ?? "" })}
          </li>
        ))}
        {faults.length > mostShown && <li>{t("bulk.more", { n: number(faults.length - mostShown) })}</li>}
      </ul>
    </>
  );
}
