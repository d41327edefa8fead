import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { Drawer } from "../../../components/overlay";
import { MessageBar, problemText } from "../../../components/states";
import { decode, download, readList, writeCsv, type CsvFault, type CsvList } from "../../../lib/csv";
import { useFormat } from "../../../lib/format";
import { devicesKey } from "../api/devices";
import { importDevices, type Imported } from "../api/import";
import styles from "./import-pane.module.css";

const header = "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User";
const mostShown = 50;

interface Chosen {
  name: string;
  text: string;
  list: CsvList;
}

/** The pane that imports a list of devices. */
export default function ImportPane({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Chosen>();
  const [done, setDone] = useState<readonly Imported[]>();
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState("");

  const read = async (file: File | undefined) => {
    if (!file) return;
    const { text, utf16 } = decode(new Uint8Array(await file.arrayBuffer()));
    const list = utf16 ? { rows: [], total: 0, faults: [{ line: 0, key: "encoding" } satisfies CsvFault] } : readList(text);
    setChosen({ name: file.name, text, list });
    setDone(undefined);
    setProblem("");
  };
  const start = async () => {
    if (!chosen) return;
    setRunning(true);
    setProblem("");
    try {
      await importDevices(chosen.list.rows, setDone);
    } catch (e) {
      setProblem(problemText(e, t("problem.offline")));
    } finally {
      setRunning(false);
      void client.invalidateQueries({ queryKey: devicesKey });
    }
  };
  const list = chosen?.list;
  const valid = list !== undefined && list.rows.length > 0 && list.faults.length === 0;
  const failed = done?.filter((d) => !d.ok) ?? [];
  const repairable = list?.faults.some((f) => f.key === "padding") ?? false;
  return (
    <Drawer
      title={t("importing.title")}
      onClose={onClose}
      footer={
        done && !running ? (
          <>
            <Button look="primary" onPress={onClose}>
              {t("common.close")}
            </Button>
            <Button
              onPress={() => {
                setChosen(undefined);
                setDone(undefined);
              }}
            >
              {t("importing.another")}
            </Button>
          </>
        ) : (
          <Button look="primary" isDisabled={!valid || running} onPress={() => void start()}>
            {t("importing.button")}
          </Button>
        )
      }
    >
      <div className={styles.stack}>
        <p>{t("importing.text")}</p>
        <p>{t("importing.format", { header })}</p>
        <div className={styles.file}>
          <TextField label={t("importing.path")} value={chosen?.name ?? ""} onChange={() => undefined} readOnly placeholder={t("importing.none")} />
          <FileTrigger acceptedFileTypes={[".csv", "text/csv"]} onSelect={(files) => void read(files?.[0])}>
            <Button icon="folder_open" isDisabled={running}>
              {t("importing.choose")}
            </Button>
          </FileTrigger>
        </div>
        <div aria-live="polite" className={styles.stack}>
          {list && !done && (
            <section>
              <h3>{t("importing.formatting")}</h3>
              <p>
                {t("importing.total")}: {number(list.total)}
              </p>
              <p className={styles.good}>
                <Icon name="checkmark_circle" />
                {t("importing.good", { n: number(list.rows.length) })}
              </p>
              {list.faults.length > 0 && <Faults faults={list.faults} />}
              {repairable && <Button onPress={() => setChosen({ ...chosen, list: readList(chosen.text, true) })}>{t("importing.repair")}</Button>}
              {valid && !running && <p>{t("importing.ready")}</p>}
            </section>
          )}
          {running && <MessageBar>{t("importing.waiting", { n: number((list?.rows.length ?? 0) - (done?.length ?? 0)) })}</MessageBar>}
          {problem !== "" && <MessageBar tone="danger">{problem}</MessageBar>}
          {done && (
            <section>
              <h3>{t("importing.result")}</h3>
              {done.length > failed.length && <MessageBar tone="success">{t("importing.imported", { count: done.length - failed.length })}</MessageBar>}
              {failed.length > 0 && (
                <>
                  <MessageBar tone="danger">{t("importing.failed", { count: failed.length })}</MessageBar>
                  <ul className={styles.faults}>
                    {failed.slice(0, mostShown).map((f) => (
                      <li key={f.row.line}>
                        {t("importing.line", { line: f.row.line })}, {f.row.serialNumber}: {f.why}
                      </li>
                    ))}
                  </ul>
                  <Button
                    icon="arrow_download"
                    onPress={() =>
                      download(
                        "refused.csv",
                        writeCsv([
                          ["Device Serial Number", "Windows Product ID", "Hardware Hash", "Group Tag", "Assigned User", "Reason"],
                          ...failed.map(({ row, why }) => [row.serialNumber, row.productKey, row.hardwareIdentifier, row.groupTag, row.assignedUser, why]),
                        ]),
                      )
                    }
                  >
                    {t("importing.downloadFailed")}
                  </Button>
                </>
              )}
            </section>
          )}
        </div>
      </div>
    </Drawer>
  );
}

function Faults({ faults }: { faults: readonly CsvFault[] }) {
  const { t } = useTranslation();
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
      </ul>
    </>
  );
}
