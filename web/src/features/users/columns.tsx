import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../components/avatar";
import type { Column } from "../../components/grid";
import { Icon } from "../../components/icon";
import type { Person } from "./api/users";
import styles from "./columns.module.css";
import "../../locales/en/people";

/** The columns of the list; ids of those that the server sorts by are its own
 * property names. */
export function useColumns(): Column<Person>[] {
  const { t } = useTranslation();
  const yesNo = (value: boolean | null | undefined, yes: string, no: string) => (
    <span className={styles.word}>
      <Icon name={value ? "checkmark_circle" : "dismiss"} />
      {value ? yes : no}
    </span>
  );
  return [
    {
      id: "displayName",
      label: t("people.displayName"),
      width: "minmax(11rem, 2fr)",
      sortable: true,
      cell: (p) => (
        <span className={styles.name}>
          <Avatar name={p.displayName ?? ""} />
          <Link to="/users/$id" params={{ id: p.id }} tabIndex={-1} className={styles.link}>
            {p.displayName}
          </Link>
        </span>
      ),
    },
    { id: "userPrincipalName", label: t("people.userName"), width: "minmax(12rem, 2fr)", sortable: true, cell: (p) => p.userPrincipalName },
    { id: "accountEnabled", label: t("people.account"), width: "7rem", cell: (p) => yesNo(p.accountEnabled, t("people.enabled"), t("people.disabled")) },
    { id: "mdmLicensed", label: t("people.licence"), width: "9rem", cell: (p) => yesNo(p.mdmLicensed, t("people.licensed"), t("people.unlicensed")) },
    { id: "department", label: t("people.department"), width: "minmax(7rem, 1fr)", cell: (p) => p.department ?? "" },
    { id: "usageLocation", label: t("people.usageLocation"), width: "8.5rem", cell: (p) => p.usageLocation ?? "" },
  ];
}
