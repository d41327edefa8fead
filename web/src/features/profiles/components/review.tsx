import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AudienceWarnings, useAudienceNames } from "../../../components/assignments";
import { Button } from "../../../components/button";
import { ReviewPart } from "../../../components/review";
import { languageNames } from "../../../lib/windows-languages";
import { fixedBySelfDeploying, type Draft } from "../draft";
import "../../../locales/en/common";
import "../../../locales/en/profiles";
import "../../../locales/en/wizard";

export const parts = ["basics", "oobe", "assignments"] as const;
export type Part = (typeof parts)[number];
export type Rows = readonly (readonly [label: string, value: string])[];

/** Labels and values of a profile, section by section. */
export function useRows(d: Draft): Record<Part, Rows> {
  const { t, i18n } = useTranslation();
  const self = fixedBySelfDeploying(d);
  const hidden = (on: boolean) => (self || on ? t("common.hide") : t("common.show"));
  const yes = (on: boolean) => (on ? t("common.yes") : t("common.no"));
  const language =
    d.locale === "os-default" ? t("wizard.osDefault") : d.locale === "" ? t("wizard.userSelect") : (languageNames(i18n.language).find((l) => l.tag === d.locale)?.name ?? d.locale);
  const names = useAudienceNames(d);
  return {
    basics: [
      [t("common.name"), d.name],
      [t("common.description"), d.description || t("profiles.noDescription")],
      [t("wizard.convert"), yes(d.convert)],
      [t("wizard.deviceType"), t("profiles.windowsPc")],
    ],
    oobe: [
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
    ],
    assignments: [
      [t("wizard.included"), names.included],
      [t("wizard.excluded"), names.excluded],
    ],
  };
}

/** Step 4: everything that was chosen, and what may not be meant. */
export function Review({ draft, affected, onEdit }: { draft: Draft; affected: ReactNode; onEdit?: ((part: Part) => void) | undefined }) {
  const { t } = useTranslation();
  const rows = useRows(draft);
  const titles = { basics: t("wizard.basics"), oobe: t("wizard.oobe"), assignments: t("wizard.assignments") };
  return (
    <>
      <AudienceWarnings audience={draft} nobodyGets={t("wizard.warnNobody")} excludedOnly={t("wizard.warnExcludedOnly")} />
      {parts.map((part) => (
        <ReviewPart
          key={part}
          title={titles[part]}
          rows={rows[part]}
          action={
            onEdit && (
              <Button look="command" icon="edit" aria-label={t("wizard.editNamed", { name: titles[part] })} onPress={() => onEdit(part)}>
                {t("wizard.edit")}
              </Button>
            )
          }
        >
          {part === "assignments" && affected}
        </ReviewPart>
      ))}
    </>
  );
}
