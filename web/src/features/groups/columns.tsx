import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../components/avatar";
import type { Column } from "../../components/grid";
import { useFormat } from "../../lib/format";
import type { Group } from "./api/groups";
import styles from "./columns.module.css";
import "../../locales/en/common";
import "../../locales/en/groups";

export const columnIds = ["name", "objectId", "groupType", "membershipType", "email", "source", "description", "created"] as const;
export type ColumnId = (typeof columnIds)[number];
export const usualColumns: readonly ColumnId[] = ["name", "objectId", "groupType", "membershipType", "email", "source"];

export type GroupColumn = Column<Group> & { text: (g: Group) => string };

/** The columns of the list; ids of those that the server sorts by are its own
 * property names. */
export function useColumns(shown: readonly ColumnId[]): GroupColumn[] {
  const { t } = useTranslation();
  const { time } = useFormat();
  const plain = (name: ColumnId, width: string, text: (g: Group) => string, property?: string): GroupColumn => ({
    id: property ?? name,
    label: name === "name" ? t("common.name") : name === "description" ? t("common.description") : t(`groups.${name}`),
    width,
    sortable: property !== undefined,
    text,
    cell: text,
  });
  const all: Record<ColumnId, GroupColumn> = {
    name: {
      ...plain("name", "minmax(14rem, 2fr)", (g) => g.displayName ?? "", "displayName"),
      cell: (g) => (
        <span className={styles.name}>
          <Avatar name={g.displayName ?? ""} />
          <Link to="/groups/$id" params={{ id: g.id }} tabIndex={-1} className={styles.link}>
            {g.displayName}
          </Link>
        </span>
      ),
    },
    objectId: plain("objectId", "19rem", (g) => g.id),
    groupType: plain("groupType", "7rem", () => t("groups.security")),
    membershipType: plain("membershipType", "9rem", (g) => t(`groups.types.${g.membershipType}`)),
    email: plain("email", "6rem", (g) => g.mail ?? t("common.none")),
    source: plain("source", "6rem", () => t("groups.cloud")),
    description: plain("description", "minmax(10rem, 2fr)", (g) => g.description ?? ""),
    created: plain("created", "12rem", (g) => time(g.createdDateTime), "createdDateTime"),
  };
  return columnIds.filter((id) => shown.includes(id)).map((id) => all[id]);
}
