import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import table from "../../../components/table.module.css";
import { useFormat } from "../../../lib/format";
import { languageNames } from "../../../lib/windows-languages";
import "../../../locales/en/common";
import "../../../locales/en/history";
import "../../../locales/en/profiles";
import "../../../locales/en/wizard";

/** One entry of the audit log, as far as a history shows it. */
export interface Happened {
  id: string;
  displayName: string;
  activityDateTime: string;
  actor: { userPrincipalName: string | null; applicationDisplayName: string | null };
  resources: { modifiedProperties: Changed[] }[];
}

interface Changed {
  displayName: string;
  oldValue: string | null;
  newValue: string | null;
}

/** Who changed a profile, when, and what: its entries of the audit log. */
export function History({ events, more }: { events: readonly Happened[]; more: ReactNode }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const say = useSaying();
  if (events.length === 0) return <p>{t("history.empty")}</p>;
  return (
    <>
      <div className={table.scroll} role="region" aria-label={t("history.title")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("history.when")}</th>
              <th scope="col">{t("history.who")}</th>
              <th scope="col">{t("history.what")}</th>
              <th scope="col">{t("history.old")}</th>
              <th scope="col">{t("history.new")}</th>
            </tr>
          </thead>
          {events.map((e) => {
            const changes = e.resources.flatMap((r) => r.modifiedProperties);
            const rows: (Changed | undefined)[] = changes.length > 0 ? changes : [undefined];
            return (
              <tbody key={e.id}>
                {rows.map((c, i) => (
                  <tr key={c?.displayName ?? ""}>
                    {i === 0 && <td rowSpan={rows.length}>{time(e.activityDateTime)}</td>}
                    {i === 0 && <td rowSpan={rows.length}>{e.actor.userPrincipalName ?? e.actor.applicationDisplayName ?? t("common.none")}</td>}
                    <th scope="row">{c ? say.setting(c.displayName) : say.activity(e.displayName)}</th>
                    <td>{say.value(c, c?.oldValue)}</td>
                    <td>{say.value(c, c?.newValue)}</td>
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      </div>
      {more}
    </>
  );
}

/** Settings and values of the audit log in the words of the pages. */
function useSaying() {
  const { t, i18n } = useTranslation();
  const oobe = "outOfBoxExperienceSetting/";
  const settings: Record<string, string> = {
    displayName: t("common.name"),
    description: t("common.description"),
    locale: t("wizard.language"),
    deviceNameTemplate: t("wizard.template"),
    deviceType: t("wizard.deviceType"),
    preprovisioningAllowed: t("wizard.preprovision"),
    hardwareHashExtractionEnabled: t("wizard.convert"),
    [`${oobe}eulaHidden`]: t("wizard.eula"),
    [`${oobe}privacySettingsHidden`]: t("wizard.privacy"),
    [`${oobe}escapeLinkHidden`]: t("wizard.escape"),
    [`${oobe}keyboardSelectionPageSkipped`]: t("wizard.keyboard"),
    [`${oobe}userType`]: t("wizard.userType"),
    [`${oobe}deviceUsageType`]: t("wizard.mode"),
    groupAssignmentTarget: t("wizard.included"),
    allDevicesAssignmentTarget: t("wizard.included"),
    exclusionGroupAssignmentTarget: t("wizard.excluded"),
  };
  const activities: Record<string, string> = { "Create deployment profile": t("history.created") };
  const words: Record<string, string> = {
    singleUser: t("wizard.userDriven"),
    shared: t("wizard.selfDeploying"),
    administrator: t("wizard.administrator"),
    standard: t("wizard.standardUser"),
    "os-default": t("wizard.osDefault"),
    windowsPc: t("profiles.windowsPc"),
    "All devices": t("wizard.allDevices"),
  };
  return {
    setting: (name: string) => settings[name] ?? name,
    activity: (name: string) => activities[name] ?? name,
    value: (c: Changed | undefined, text: string | null | undefined): string => {
      if (!c || text === null || text === undefined) return t("common.none");
      const yes = text === "true";
      if (c.displayName.endsWith("Hidden")) return yes ? t("common.hide") : t("common.show");
      if (yes || text === "false") return yes ? t("common.yes") : t("common.no");
      if (c.displayName === "locale" && text === "") return t("wizard.userSelect");
      if (c.displayName === "deviceNameTemplate" && text === "") return t("common.no");
      if (text === "") return t("common.none");
      if (c.displayName === "locale") return words[text] ?? languageNames(i18n.language).find((l) => l.tag === text)?.name ?? text;
      if (c.displayName.endsWith("AssignmentTarget")) return words[text] ?? text.replace(/^group '(.*)'$/, "$1");
      // Names and descriptions are people's own words.
      return ["displayName", "description"].includes(c.displayName) ? text : (words[text] ?? text);
    },
  };
}
