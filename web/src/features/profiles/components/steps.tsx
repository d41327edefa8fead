import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Segmented, Select, TextField, type Option } from "../../../components/field";
import { MessageBar } from "../../../components/states";
import type { TemplateFault } from "../../../lib/nametemplate";
import { languageNames } from "../../../lib/windows-languages";
import { fixedBySelfDeploying, type Draft } from "../draft";
import styles from "../../../components/parts.module.css";
import "../../../locales/en/common";
import "../../../locales/en/profiles";
import "../../../locales/en/wizard";

interface Props {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** Two words for on and off. */
function useSwitch() {
  const { t } = useTranslation();
  return {
    yesNo: [
      { value: "no", label: t("common.no") },
      { value: "yes", label: t("common.yes") },
    ] satisfies Option<"no" | "yes">[],
    showHide: [
      { value: "no", label: t("common.show") },
      { value: "yes", label: t("common.hide") },
    ] satisfies Option<"no" | "yes">[],
  };
}

const word = (on: boolean) => (on ? "yes" : "no");

/** Step 1. */
export function Basics({ draft, onChange, nameFault }: Props & { nameFault: "nameRequired" | "nameLong" | undefined }) {
  const { t } = useTranslation();
  const { yesNo } = useSwitch();
  return (
    <>
      <TextField label={t("common.name")} required value={draft.name} onChange={(name) => onChange({ name })} error={nameFault && t(`wizard.faults.${nameFault}`)} />
      <TextField label={t("common.description")} tall value={draft.description} onChange={(description) => onChange({ description })} />
      <Segmented label={t("wizard.convert")} about={t("wizard.convertAbout")} options={yesNo} value={word(draft.convert)} onChange={(v) => onChange({ convert: v === "yes" })} />
      <MessageBar>{t("wizard.convertInfo")}</MessageBar>
    </>
  );
}

/** Step 2. */
export function Oobe({ draft, onChange, templateFault, stored = false }: Props & { templateFault: TemplateFault | undefined; stored?: boolean }) {
  const { t, i18n } = useTranslation();
  const { yesNo, showHide } = useSwitch();
  const fixed = fixedBySelfDeploying(draft);
  const locales = useMemo(
    () => [
      { value: "os-default", label: t("wizard.osDefault") },
      { value: "", label: t("wizard.userSelect") },
      ...languageNames(i18n.language).map((l) => ({ value: l.tag, label: l.name })),
    ],
    [t, i18n.language],
  );
  return (
    <>
      <Select
        label={t("wizard.mode")}
        about={t("wizard.modeAbout")}
        required
        value={draft.mode}
        onChange={(mode) => onChange({ mode })}
        options={[
          { value: "singleUser", label: t("wizard.userDriven") },
          { value: "shared", label: t("wizard.selfDeploying") },
        ]}
      />
      <Select
        label={t("wizard.join")}
        about={t("wizard.joinAbout")}
        required
        disabled={fixed || stored} // a profile stays one of its type
        value={fixed ? "azureAD" : draft.join}
        onChange={(join) => onChange({ join })}
        options={[
          { value: "azureAD", label: t("profiles.joinEntra") },
          { value: "activeDirectory", label: t("profiles.joinHybrid") },
        ]}
      />
      <Segmented
        label={t("wizard.eula")}
        about={t("wizard.eulaAbout")}
        disabled={fixed}
        options={showHide}
        value={word(fixed || draft.eulaHidden)}
        onChange={(v) => onChange({ eulaHidden: v === "yes" })}
      />
      <Segmented
        label={t("wizard.privacy")}
        about={t("wizard.privacyAbout")}
        disabled={fixed}
        options={showHide}
        value={word(fixed || draft.privacyHidden)}
        onChange={(v) => onChange({ privacyHidden: v === "yes" })}
      />
      <Segmented
        label={t("wizard.escape")}
        about={t("wizard.escapeAbout")}
        disabled={fixed}
        options={showHide}
        value={word(fixed || draft.escapeHidden)}
        onChange={(v) => onChange({ escapeHidden: v === "yes" })}
      />
      <Segmented
        label={t("wizard.userType")}
        about={t("wizard.userTypeAbout")}
        disabled={fixed}
        value={draft.userType}
        onChange={(userType) => onChange({ userType })}
        options={[
          { value: "administrator", label: t("wizard.administrator") },
          { value: "standard", label: t("wizard.standardUser") },
        ]}
      />
      <Segmented
        label={t("wizard.preprovision")}
        about={t("wizard.preprovisionAbout")}
        disabled={fixed}
        options={yesNo}
        value={word(draft.preprovision && !fixed)}
        onChange={(v) => onChange({ preprovision: v === "yes" })}
      />
      <Select label={t("wizard.language")} about={t("wizard.languageAbout")} value={draft.locale} onChange={(locale) => onChange({ locale })} options={locales} />
      <Segmented
        label={t("wizard.keyboard")}
        about={t("wizard.keyboardAbout")}
        options={yesNo}
        value={word(draft.keyboardSkipped)}
        onChange={(v) => onChange({ keyboardSkipped: v === "yes" })}
      />
      <Segmented
        label={t("wizard.template")}
        about={t("wizard.templateAbout")}
        options={yesNo}
        value={word(draft.useTemplate)}
        onChange={(v) => onChange({ useTemplate: v === "yes" })}
      />
      {draft.useTemplate && (
        <>
          <p className={styles.text}>{t("wizard.templateText")}</p>
          <TextField
            label={t("wizard.templateName")}
            required
            value={draft.template}
            onChange={(template) => onChange({ template })}
            error={templateFault && t(`wizard.faults.${templateFault}`)}
          />
        </>
      )}
    </>
  );
}
