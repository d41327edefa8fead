import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Checkbox } from "../../../components/checkbox";
import { TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { Empty, Problem, Skeleton } from "../../../components/states";
import { groupsQuery, type MembershipType } from "../api/groups";
import styles from "./group-picker.module.css";
import "../../../locales/en/common";
import "../../../locales/en/groups";
import "../../../locales/en/wizard";

export interface PickedGroup {
  id: string;
  name: string;
}

interface Props {
  title: string;
  hint: string;
  picked: readonly PickedGroup[];
  /** Only groups of these kinds can be chosen; without it, of any. */
  fits?: readonly MembershipType[];
  onClose: () => void;
  onSelect: (groups: PickedGroup[]) => void;
}

/** A pane to choose groups by name. */
export function GroupPicker({ title, hint, picked, fits, onClose, onSelect }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly PickedGroup[]>(picked);
  const found = useQuery(groupsQuery(useDeferredValue(text), fits));
  const toggle = (g: PickedGroup, on: boolean) => setChosen(on ? [...chosen, g] : chosen.filter((c) => c.id !== g.id));
  return (
    <Drawer
      title={title}
      onClose={onClose}
      footer={
        <Button look="primary" onPress={() => onSelect([...chosen])}>
          {t("common.select")}
        </Button>
      }
    >
      <div className={styles.stack}>
        <p>{hint}</p>
        <TextField label={t("common.search")} value={text} onChange={setText} />
        {found.isPending ? (
          <Skeleton />
        ) : found.isError ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <>
            <p aria-live="polite">{t("wizard.results", { count: found.data["@odata.count"] ?? found.data.value.length })}</p>
            {found.data.value.length === 0 ? (
              <Empty title={t("wizard.noGroups")}>{hint}</Empty>
            ) : (
              <ul className={styles.list}>
                {found.data.value.map((g) => (
                  <li key={g.id}>
                    <Checkbox label={g.displayName ?? g.id} checked={chosen.some((c) => c.id === g.id)} onChange={(on) => toggle({ id: g.id, name: g.displayName ?? g.id }, on)} />
                    <span className={styles.kind}>{t(`groups.types.${g.membershipType}`)}</span>
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
        <p aria-live="polite">
          {t("common.selected", { n: chosen.length })}
          {chosen.length > 0 && `: ${chosen.map((c) => c.name).join(", ")}`}
        </p>
      </div>
    </Drawer>
  );
}
