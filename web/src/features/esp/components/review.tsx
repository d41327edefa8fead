import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AudienceWarnings, useAudienceNames } from "../../../components/assignments";
import { Button } from "../../../components/button";
import { ReviewPart } from "../../../components/review";
import { useFormat } from "../../../lib/format";
import type { Draft } from "../draft";
import "../../../locales/en/common";
import "../../../locales/en/esp";
import "../../../locales/en/profiles";
import "../../../locales/en/wizard";

export const parts = ["basics", "settings", "assignments"] as const;
export type Part = (typeof parts)[number];

interface Props {
  draft: Draft;
  own: boolean; // the tenant's own, which is assigned to everybody
  onEdit?: ((part: Part) => void) | undefined;
}

/** What a status page says, section by section, as the settings reveal it. */
export function Review({ draft: d, own, onEdit }: Props) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const names = useAudienceNames(d);
  const yes = (on: boolean) => (on ? t("common.yes") : t("common.no"));
  const edit = (part: Part, label: string) =>
    onEdit && (
      <Button look="command" icon="edit" aria-label={t("wizard.editNamed", { name: label })} onPress={() => onEdit(part)}>
        {t("wizard.edit")}
      </Button>
    );
  const rows: [string, ReactNode][] = [[t("esp.progress"), yes(d.progress)]];
  if (d.progress) {
    rows.push([t("esp.minutes"), /^\d+$/.test(d.minutes) ? number(Number(d.minutes)) : d.minutes], [t("esp.customMessage"), yes(d.customMessage)]);
    if (d.customMessage) rows.push([t("esp.message"), d.message]);
    rows.push([t("esp.logs"), yes(d.logs)], [t("esp.onlyOobe"), yes(d.onlyOobe)], [t("esp.block"), yes(d.block)]);
    if (d.block) {
      rows.push([t("esp.reset"), yes(d.reset)], [t("esp.use"), yes(d.use)], [t("esp.required"), d.selected ? t("esp.selected") : t("esp.all")]);
      if (d.selected) rows.push([t("esp.blockingApps"), d.apps.map((a) => a.name).join(", ")], [t("esp.technician"), yes(d.technicianOnly)]);
    }
  }
  return (
    <>
      {!own && <AudienceWarnings audience={d} nobodyGets={t("esp.warnNobody")} excludedOnly={t("esp.warnExcludedOnly")} />}
      <ReviewPart
        title={t("wizard.basics")}
        action={!own && edit("basics", t("wizard.basics"))}
        rows={[
          [t("common.name"), d.name],
          [t("common.description"), d.description || t("profiles.noDescription")],
        ]}
      />
      <ReviewPart title={t("esp.settings")} action={edit("settings", t("esp.settings"))} rows={rows} />
      <ReviewPart
        title={t("wizard.assignments")}
        action={!own && edit("assignments", t("wizard.assignments"))}
        rows={
          own
            ? [[t("wizard.included"), t("esp.everybodyElse")]]
            : [
                [t("wizard.included"), names.included],
                [t("wizard.excluded"), names.excluded],
              ]
        }
      />
    </>
  );
}
