import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Checkbox } from "../../../components/checkbox";
import { TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import styles from "../../../components/parts.module.css";
import { Empty, MessageBar, Problem, Skeleton } from "../../../components/states";
import { appsQuery } from "../api/apps";
import "../../../locales/en/apps";
import "../../../locales/en/common";
import "../../../locales/en/wizard";

export interface PickedApp {
  id: string;
  name: string;
  version: string;
}

interface Props {
  picked: readonly PickedApp[];
  most: number;
  onClose: () => void;
  onSelect: (apps: PickedApp[]) => void;
}

/** A pane to choose apps by name. */
export default function AppPicker({ picked, most, onClose, onSelect }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly PickedApp[]>(picked);
  const found = useQuery(appsQuery(useDeferredValue(text)));
  const tooMany = chosen.length > most;
  return (
    <Drawer
      title={t("apps.select")}
      onClose={onClose}
      footer={
        <Button look="primary" isDisabled={tooMany} onPress={() => onSelect([...chosen])}>
          {t("common.select")}
        </Button>
      }
    >
      <div className={styles.stack}>
        <TextField label={t("common.search")} value={text} onChange={setText} />
        {found.isPending ? (
          <Skeleton />
        ) : found.isError ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <>
            <p aria-live="polite">{t("wizard.results", { count: found.data["@odata.count"] ?? found.data.value.length })}</p>
            {found.data.value.length === 0 ? (
              <Empty title={t("apps.noneFound")}>{text === "" ? t("apps.empty") : t("apps.otherName")}</Empty>
            ) : (
              <table className={styles.table} aria-label={t("apps.title")}>
                <thead>
                  <tr>
                    <th scope="col">{t("common.name")}</th>
                    <th scope="col">{t("apps.version")}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.data.value.map((a) => {
                    const app = { id: a.id, name: a.displayName ?? a.id, version: a.productVersion ?? "" };
                    return (
                      <tr key={a.id}>
                        <td>
                          <Checkbox
                            label={app.name}
                            checked={chosen.some((c) => c.id === a.id)}
                            onChange={(on) => setChosen(on ? [...chosen, app] : chosen.filter((c) => c.id !== a.id))}
                          />
                        </td>
                        <td>{app.version || t("common.none")}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            )}
          </>
        )}
        {tooMany && <MessageBar tone="warning">{t("apps.tooMany", { most })}</MessageBar>}
        <p aria-live="polite">
          {t("common.selected", { n: chosen.length })}
          {chosen.length > 0 && `: ${chosen.map((c) => c.name).join(", ")}`}
        </p>
      </div>
    </Drawer>
  );
}
