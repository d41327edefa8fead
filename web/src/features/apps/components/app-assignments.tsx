import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Assignments, useAudienceNames } from "../../../components/assignments";
import { Segmented } from "../../../components/field";
import { ReviewPart } from "../../../components/review";
import { MessageBar } from "../../../components/states";
import { everybodyTwice, forNobody, intents, repeated, type Audiences, type Intent } from "../draft";
import "../../../locales/en/apps";
import "../../../locales/en/wizard";

export interface Place {
  intent: Intent;
  side: "included" | "excluded";
}

interface Props {
  audiences: Audiences;
  onChange: (audiences: Audiences) => void;
  onPick: (place: Place) => void;
}

/** Whom an app is for: required, available or taken away, one at a time. */
export function AppAssignments({ audiences, onChange, onPick }: Props) {
  const { t } = useTranslation();
  const [intent, setIntent] = useState<Intent>("required");
  const counts = (i: Intent) => audiences[i].included.length + Number(audiences[i].allDevices) + Number(audiences[i].allUsers);
  return (
    <>
      <Segmented
        label={t("apps.intent")}
        about={t("apps.intentAbout")}
        value={intent}
        onChange={setIntent}
        options={intents.map((i) => ({ value: i, label: counts(i) > 0 ? t("apps.intentCount", { intent: t(`apps.intents.${i}`), n: counts(i) }) : t(`apps.intents.${i}`) }))}
      />
      <p>{t(`apps.intentText.${intent}`)}</p>
      <Assignments
        audience={audiences[intent]}
        withUsers
        onChange={(part) => onChange({ ...audiences, [intent]: { ...audiences[intent], ...part } })}
        onPick={(side) => onPick({ intent, side })}
        info={t("apps.excludedInfo")}
      />
      <AssignmentFaults audiences={audiences} />
    </>
  );
}

/** Why these assignments cannot be stored. */
export function AssignmentFaults({ audiences }: { audiences: Audiences }) {
  const { t } = useTranslation();
  return (
    <>
      {repeated(audiences).map((g) => (
        <MessageBar key={g.id} tone="danger">
          {t("apps.twice", { name: g.name })}
        </MessageBar>
      ))}
      {everybodyTwice(audiences) && <MessageBar tone="danger">{t("apps.everybodyTwice")}</MessageBar>}
    </>
  );
}

/** The assignments for a review. */
export function AssignmentReview({ audiences }: { audiences: Audiences }) {
  const { t } = useTranslation();
  const names = { required: useAudienceNames(audiences.required), available: useAudienceNames(audiences.available), uninstall: useAudienceNames(audiences.uninstall) };
  return (
    <ReviewPart
      title={t("wizard.assignments")}
      rows={intents.flatMap((i) => [
        [t("apps.includedFor", { intent: t(`apps.intents.${i}`) }), names[i].included],
        ...(audiences[i].excluded.length > 0 ? ([[t("apps.excludedFor", { intent: t(`apps.intents.${i}`) }), names[i].excluded]] as const) : []),
      ])}
    >
      {forNobody(audiences) && <MessageBar tone="warning">{t("apps.forNobody")}</MessageBar>}
    </ReviewPart>
  );
}
