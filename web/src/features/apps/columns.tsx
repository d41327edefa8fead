import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Column } from "../../components/grid";
import { Icon } from "../../components/icon";
import { useBytes } from "../../lib/bytes";
import { useFormat } from "../../lib/format";
import type { App } from "./api/apps";
import styles from "./columns.module.css";
import "../../locales/en/apps";
import "../../locales/en/common";

export type AppColumn = Column<App> & { text: (a: App) => string };

/** The columns of the list; ids of those that the server sorts by are its own
 * property names. */
export function useColumns(): AppColumn[] {
  const { t } = useTranslation();
  const { time } = useFormat();
  const bytes = useBytes();
  const plain = (id: string, label: string, width: string, text: (a: App) => string, sortable = false): AppColumn => ({ id, label, width, sortable, text, cell: text });
  const state = (a: App) => (a.publishingState === "published" ? t("apps.published") : t("apps.notPublished"));
  return [
    {
      ...plain("displayName", t("common.name"), "minmax(12rem, 1fr)", (a) => a.displayName ?? "", true),
      cell: (a) => (
        <Link to="/apps/$id" params={{ id: a.id }} tabIndex={-1} className={styles.link}>
          {a.displayName}
        </Link>
      ),
    },
    plain("type", t("apps.type"), "8rem", () => t("apps.msiShort")),
    plain("productVersion", t("apps.version"), "6rem", (a) => a.productVersion ?? ""),
    {
      ...plain("state", t("apps.state"), "9rem", state),
      cell: (a) => (
        <span className={styles.word}>
          <Icon name={a.publishingState === "published" ? "checkmark_circle" : "warning"} />
          {state(a)}
        </span>
      ),
    },
    plain("assigned", t("apps.assigned"), "7rem", (a) => (a.isAssigned ? t("common.yes") : t("common.no"))),
    plain("publisher", t("apps.publisher"), "8rem", (a) => a.publisher ?? ""),
    plain("size", t("apps.size"), "5.5rem", (a) => (a.size ? bytes(a.size) : t("common.none"))),
    plain("lastModifiedDateTime", t("apps.modified"), "13rem", (a) => time(a.lastModifiedDateTime), true),
  ];
}
