import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { TextField } from "./field";
import { Drawer } from "./overlay";
import { Empty, Problem, Skeleton } from "./states";
import styles from "./pick-one.module.css";
import "../locales/en/common";

interface Props<T> {
  title: string;
  hint: string;
  none: string; // said when nothing is found
  text: string;
  onText: (text: string) => void;
  found: UseQueryResult<readonly T[]>;
  nameOf: (item: T) => string;
  children: (item: T) => ReactNode;
  busy?: boolean;
  onClose: () => void;
  onSelect: (item: T) => void;
}

/** A pane to choose one thing that is searched for. */
export function PickOne<T extends { id: string }>({ title, hint, none, text, onText, found, nameOf, children, busy = false, onClose, onSelect }: Props<T>) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<T>();
  return (
    <Drawer
      title={title}
      onClose={onClose}
      footer={
        <Button look="primary" isDisabled={!chosen || busy} onPress={() => chosen && onSelect(chosen)}>
          {t("common.select")}
        </Button>
      }
    >
      <div className={styles.stack}>
        <TextField label={t("common.search")} value={text} onChange={onText} placeholder={hint} />
        {found.isPending ? (
          <Skeleton />
        ) : found.isError ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data.length === 0 ? (
          <Empty title={none}>{hint}</Empty>
        ) : (
          <ListBox
            aria-label={title}
            className={styles.list ?? ""}
            selectionMode="single"
            selectedKeys={chosen ? [chosen.id] : []}
            onSelectionChange={(keys) => {
              const [id] = keys === "all" ? [] : [...keys];
              setChosen(found.data.find((x) => x.id === id));
            }}
            items={found.data}
          >
            {(x) => (
              <ListBoxItem id={x.id} textValue={nameOf(x)} className={styles.item ?? ""}>
                {children(x)}
              </ListBoxItem>
            )}
          </ListBox>
        )}
        <p aria-live="polite">
          {t("common.selected", { n: chosen ? 1 : 0 })}
          {chosen && `: ${nameOf(chosen)}`}
        </p>
      </div>
    </Drawer>
  );
}
