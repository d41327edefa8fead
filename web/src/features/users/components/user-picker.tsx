import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { Empty, Problem, Skeleton } from "../../../components/states";
import { usersQuery, type Person } from "../api/users";
import styles from "./user-picker.module.css";

interface Props {
  onClose: () => void;
  onSelect: (person: Person) => void;
  busy: boolean;
}

/** A pane to choose one person by name or address. */
export default function UserPicker({ onClose, onSelect, busy }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<Person>();
  const found = useQuery(usersQuery(useDeferredValue(text)));
  return (
    <Drawer
      title={t("autopilot.selectUser")}
      onClose={onClose}
      footer={
        <Button look="primary" isDisabled={!chosen || busy} onPress={() => chosen && onSelect(chosen)}>
          {t("common.select")}
        </Button>
      }
    >
      <div className={styles.stack}>
        <TextField label={t("common.search")} value={text} onChange={setText} placeholder={t("autopilot.selectUserHint")} />
        {found.isPending ? (
          <Skeleton />
        ) : found.isError ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data.value.length === 0 ? (
          <Empty title={t("autopilot.noUsers")}>{t("autopilot.selectUserHint")}</Empty>
        ) : (
          <ListBox
            aria-label={t("autopilot.selectUser")}
            className={styles.list ?? ""}
            selectionMode="single"
            selectedKeys={chosen ? [chosen.id] : []}
            onSelectionChange={(keys) => {
              const [id] = keys === "all" ? [] : [...keys];
              setChosen(found.data.value.find((u) => u.id === id));
            }}
            items={found.data.value}
          >
            {(u) => (
              <ListBoxItem id={u.id} textValue={u.displayName ?? u.id} className={styles.item ?? ""}>
                <span className={styles.avatar} aria-hidden="true">
                  {initials(u.displayName ?? "")}
                </span>
                <span>
                  {u.displayName}
                  <br />
                  <span className={styles.upn}>{u.userPrincipalName}</span>
                </span>
              </ListBoxItem>
            )}
          </ListBox>
        )}
        <p aria-live="polite">
          {t("common.selected", { n: chosen ? 1 : 0 })}
          {chosen && `: ${chosen.displayName ?? ""}`}
        </p>
      </div>
    </Drawer>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((w) => w.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
