import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../../components/icon";
import table from "../../../components/table.module.css";
import type { EspReason } from "../api/explain";
import "../../../locales/en/common";
import "../../../locales/en/esp";
import "../../../locales/en/wizard";

const icons: Record<EspReason["verdict"], IconName> = { chosen: "checkmark_circle", outranked: "arrow_down", excluded: "error_circle", notReached: "dismiss" };

/** Every status page with what becomes of it, and why. */
export function Reasons({ reasons, groupName }: { reasons: readonly EspReason[]; groupName: (id: string) => string }) {
  const { t } = useTranslation();
  const winner = reasons.find((r) => r.verdict === "chosen");
  const through = (r: EspReason) => {
    if (r.target?.groupId) return groupName(r.target.groupId);
    return r.target?.["@odata.type"].includes("allDevices") ? t("wizard.allDevices") : t("wizard.allUsers");
  };
  const why = (r: EspReason) => {
    const values = { group: through(r), winner: winner?.displayName ?? "", who: r.reaches === "user" ? t("esp.tester.theUser") : t("esp.tester.thePc") };
    if (r.isDefault) return r.verdict === "chosen" ? t("esp.tester.becauseDefault") : t("esp.tester.outrankedDefault");
    switch (r.verdict) {
      case "chosen":
        return r.reaches === "user" ? t("esp.tester.becauseUser", values) : t("esp.tester.becauseDevice", values);
      case "outranked":
        return r.reaches === "user" && winner?.reaches === "device" ? t("esp.tester.outrankedUser", values) : t("esp.tester.outrankedFirst", values);
      case "excluded":
        return t("esp.tester.excludedBy", values);
      default:
        return r.isAssigned ? t("esp.tester.notIn") : t("esp.tester.notAssigned");
    }
  };
  return (
    <>
      {winner && (
        <p aria-live="polite">
          <strong>{t("esp.tester.gets", { name: winner.displayName })}</strong> {why(winner)}
        </p>
      )}
      <div className={table.scroll} role="region" aria-label={t("esp.tester.outcome")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("common.name")}</th>
              <th scope="col">{t("esp.tester.outcome")}</th>
              <th scope="col">{t("esp.tester.why")}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map((r) => (
              <tr key={r.id}>
                <th scope="row">
                  <Link to="/devices/windows/enrollment/esp/$id" params={{ id: r.id }}>
                    {r.displayName}
                  </Link>
                </th>
                <td>
                  <span className={table.word}>
                    <Icon name={icons[r.verdict]} />
                    {t(`esp.tester.${r.verdict}`)}
                  </span>
                </td>
                <td>{why(r)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
