import { Link } from "@tanstack/react-router";
import { Input, Label, SearchField } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useFormat } from "../lib/format";
import { Icon } from "./icon";
import styles from "./filters.module.css";
import "../locales/en/common";

/** Where a list is searched; the hint says what in. */
export function SearchBox({ value, onChange, hint }: { value: string; onChange: (text: string) => void; hint: string }) {
  const { t } = useTranslation();
  return (
    <SearchField className={styles.search ?? ""} value={value} onChange={onChange}>
      <Label className="visually-hidden">{t("common.search")}</Label>
      <Icon name="search" />
      <Input className={styles.input ?? ""} placeholder={hint} />
    </SearchField>
  );
}

interface Tab {
  label: string;
  count?: number | undefined;
  search: Record<string, unknown>; // what the address says while it is shown
}

/** Parts of a list, of which one is shown alone. */
export function FilterTabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const { number } = useFormat();
  return (
    <nav aria-label={label}>
      <ul className={styles.tabs}>
        {tabs.map((tab) => (
          <li key={tab.label}>
            <Link
              to="."
              search={(old: Record<string, unknown>) => ({ ...old, ...tab.search })}
              activeOptions={{ includeSearch: true, explicitUndefined: true }}
              className={styles.tab}
            >
              {tab.label}
              {tab.count !== undefined && <span className={styles.count}>{number(tab.count)}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
