import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Input, Label, SearchField } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../components/icon";
import { useFormat } from "../../../lib/format";
import { profileStatuses, type ProfileStatus } from "../../../lib/status";
import { countsQuery } from "../api/devices";
import type { GridSearch } from "../search";
import styles from "./filters.module.css";

export function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <SearchField className={styles.search ?? ""} value={value} onChange={onChange}>
      <Label className="visually-hidden">{t("common.search")}</Label>
      <Icon name="search" />
      <Input className={styles.input ?? ""} placeholder={t("autopilot.searchHint")} />
    </SearchField>
  );
}

/** The statuses with how many devices have each; one of them is shown alone. */
export function StatusTabs() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const counts = useQuery(countsQuery);
  const tab = (to: ProfileStatus | undefined, label: string, n: number | undefined) => (
    <li key={label}>
      <Link to="." search={(old: GridSearch) => ({ ...old, status: to })} activeOptions={{ includeSearch: true, explicitUndefined: true }} className={styles.tab}>
        {label}
        {n !== undefined && <span className={styles.count}>{number(n)}</span>}
      </Link>
    </li>
  );
  return (
    <nav aria-label={t("autopilot.profileStatus")}>
      <ul className={styles.tabs}>
        {tab(undefined, t("autopilot.all"), counts.data?.all)}
        {profileStatuses.map((s) => tab(s, t(`autopilot.status.${s}`), counts.data?.by[s]))}
      </ul>
    </nav>
  );
}
