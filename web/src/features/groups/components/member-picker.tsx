import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Checkbox } from "../../../components/checkbox";
import { Segmented, TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { Empty, Problem, Skeleton } from "../../../components/states";
import { useSettled } from "../../../lib/settled";
import type { MembershipType } from "../api/groups";
import { detailOf, objectsQuery, type Member, type ObjectKind } from "../api/members";
import styles from "./group-picker.module.css";
import "../../../locales/en/common";
import "../../../locales/en/groups";
import "../../../locales/en/wizard";

interface Props {
  title: string;
  kinds: readonly ObjectKind[];
  busy?: boolean;
  /** Only groups of these kinds can be chosen. */
  fits?: readonly MembershipType[];
  /** Cannot be chosen: it is there already, or cannot be there. */
  taken?: (m: Member) => boolean;
  onClose: () => void;
  onSelect: (members: Member[]) => void;
}

/** A pane to choose devices, people or groups. */
export function MemberPicker({ title, kinds, busy = false, fits, taken, onClose, onSelect }: Props) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<ObjectKind>(kinds[0] ?? "device");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly Member[]>([]);
  const found = useQuery(objectsQuery(kind, useSettled(text), fits));
  const names = { device: t("groups.devices"), user: t("groups.users"), group: t("groups.title") };
  const toggle = (m: Member, on: boolean) => setChosen(on ? [...chosen, m] : chosen.filter((c) => c.id !== m.id));
  return (
    <Drawer
      title={title}
      onClose={onClose}
      footer={
        <Button look="primary" isDisabled={chosen.length === 0 || busy} onPress={() => onSelect([...chosen])}>
          {t("common.select")}
        </Button>
      }
    >
      <div className={styles.stack}>
        {kinds.length > 1 && <Segmented label={t("groups.kindOfMember")} value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k, label: names[k] }))} />}
        <TextField label={t("common.search")} value={text} onChange={setText} placeholder={t("groups.pickHint")} />
        {found.isPending || found.isPlaceholderData ? (
          <Skeleton />
        ) : found.isError ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data.value.length === 0 ? (
          <Empty title={t("groups.nothingFound")}>{t("groups.pickHint")}</Empty>
        ) : (
          <>
            <p aria-live="polite">{t("wizard.results", { count: found.data["@odata.count"] ?? found.data.value.length })}</p>
            <ul className={styles.list}>
              {found.data.value.map((m) =>
                taken?.(m) ? (
                  <li key={m.id}>
                    <span>{m.displayName}</span>
                    <span className={styles.kind}>{t("groups.isMember")}</span>
                  </li>
                ) : (
                  <li key={m.id}>
                    <Checkbox label={m.displayName ?? m.id} checked={chosen.some((c) => c.id === m.id)} onChange={(on) => toggle(m, on)} />
                    <span className={styles.kind}>{detailOf(m)}</span>
                  </li>
                ),
              )}
            </ul>
          </>
        )}
        <p aria-live="polite">
          {t("common.selected", { n: chosen.length })}
          {chosen.length > 0 && `: ${chosen.map((c) => c.displayName ?? "").join(", ")}`}
        </p>
      </div>
    </Drawer>
  );
}
