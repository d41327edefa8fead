import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { memberCountQuery } from "../api/groups";
import "../../../locales/en/wizard";

/** How many devices are in these groups now; one in two of them counts twice. */
export function MemberCount({ groups }: { groups: readonly string[] }) {
  const { t } = useTranslation();
  const counts = useQueries({ queries: groups.map((id) => memberCountQuery(id)) });
  if (groups.length === 0 || counts.some((c) => c.data === undefined)) return null;
  return <p>{t("wizard.affected", { count: counts.reduce((sum, c) => sum + (c.data ?? 0), 0) })}</p>;
}
