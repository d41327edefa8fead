import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MessageBar } from "../../../components/states";
import { languageNames } from "../../../lib/windows-languages";
import { fixedBySelfDeploying, type Draft } from "../draft";
import styles from "./steps.module.css";

/** Step 4: everything that was chosen, and what may not be meant. */
export function Review({ draft: d, affected }: { draft: Draft; affected: ReactNode }) {
  const { t, i18n } = useTranslation();
  const self = fixedBySelfDeploying(d);
  const hidden = (on: boolean) => (self || on ? t("common.hide") : t("common.show"));
  const yes = (on: boolean) => (on ? t("common.yes") : t("common.no"));
  const language =
    d.locale === "os-default" ? t("wizard.osDefault") : d.locale === "" ? t("wizard.userSelect") : (languageNames(i18n.language).find((l) => l.tag === d.locale)?.name ?? d.locale);
  const both = d.included.filter((g) => d.excluded.some((x) => x.id === g.id));
  const nobody = d.included.length === 0 && !d.allDevices;
  const list = (rows: readonly [string, ReactNode][]) => (
    <dl className={styles.review}>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
  const names = (groups: readonly { name: string }[]) => (groups.length === 0 ? t("wizard.noGroups") : groups.map((g) => g.name).join(", "));
  return (
    <>
      {nobody && <MessageBar tone="warning">{d.excluded.length > 0 ? t("wizard.warnExcludedOnly") : t("wizard.warnNobody")}</MessageBar>}
      {both.map((g) => (
        <MessageBar key={g.id} tone="warning">
          {t("wizard.warnBoth", { name: g.name })}
        </MessageBar>
      ))}
      <section className={styles.part}>
        <h3>{t("wizard.basics")}</h3>
        {list([
          [t("common.name"), d.name],
          [t("common.description"), d.description || t("profiles.noDescription")],
          [t("wizard.convert"), yes(d.convert)],
          [t("wizard.deviceType"), t("profiles.windowsPc")],
        ])}
      </section>
      <section className={styles.part}>
        <h3>{t("wizard.oobe")}</h3>
        {list([
          [t("wizard.mode"), d.mode === "singleUser" ? t("wizard.userDriven") : t("wizard.selfDeploying")],
          [t("wizard.join"), self || d.join === "azureAD" ? t("profiles.joinEntra") : t("profiles.joinHybrid")],
          [t("wizard.language"), language],
          [t("wizard.keyboard"), yes(d.keyboardSkipped)],
          [t("wizard.eula"), hidden(d.eulaHidden)],
          [t("wizard.privacy"), hidden(d.privacyHidden)],
          [t("wizard.escape"), hidden(d.escapeHidden)],
          [t("wizard.userType"), self ? t("common.none") : d.userType === "administrator" ? t("wizard.administrator") : t("wizard.standardUser")],
          [t("wizard.preprovision"), yes(d.preprovision && !self)],
          [t("wizard.template"), d.useTemplate ? d.template : t("common.no")],
        ])}
      </section>
      <section className={styles.part}>
        <h3>{t("wizard.assignments")}</h3>
        {list([
          [t("wizard.included"), d.allDevices ? t("wizard.allDevices") : names(d.included)],
          [t("wizard.excluded"), names(d.excluded)],
        ])}
        {affected}
      </section>
    </>
  );
}
