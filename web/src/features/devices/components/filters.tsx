import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { FilterTabs } from "../../../components/filters";
import { profileStatuses } from "../../../lib/status";
import { countsQuery } from "../api/devices";
import "../../../locales/en/autopilot";

/** The statuses with how many devices have each; one of them is shown alone. */
export function StatusTabs() {
  const { t } = useTranslation();
  const counts = useQuery(countsQuery);
  return (
    <FilterTabs
      label={t("autopilot.profileStatus")}
      tabs={[
        { label: t("autopilot.all"), count: counts.data?.all, search: { status: undefined } },
        ...profileStatuses.map((s) => ({ label: t(`autopilot.status.${s}`), count: counts.data?.by[s], search: { status: s } })),
      ]}
    />
  );
}
