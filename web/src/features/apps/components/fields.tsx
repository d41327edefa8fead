import { useTranslation } from "react-i18next";
import { Segmented, TextField } from "../../../components/field";
import type { AppFields, Faults } from "../draft";
import "../../../locales/en/apps";
import "../../../locales/en/common";

interface Props {
  draft: AppFields;
  faults: Faults;
  readOnly?: boolean;
  onChange: (part: Partial<AppFields>) => void;
}

/** What an app says about itself. */
export function Fields({ draft: d, faults, readOnly = false, onChange }: Props) {
  const { t } = useTranslation();
  const wrong = (field: keyof Faults) => {
    const fault = faults[field];
    return fault && t(`apps.faults.${fault}`);
  };
  return (
    <>
      <TextField label={t("common.name")} required readOnly={readOnly} value={d.name} onChange={(name) => onChange({ name })} error={wrong("name")} />
      <TextField label={t("common.description")} tall readOnly={readOnly} value={d.description} onChange={(description) => onChange({ description })} />
      <TextField label={t("apps.publisher")} readOnly={readOnly} value={d.publisher} onChange={(publisher) => onChange({ publisher })} error={wrong("publisher")} />
      <TextField
        label={t("apps.productCode")}
        about={t("apps.productCodeAbout")}
        required
        readOnly={readOnly}
        placeholder="{00000000-0000-0000-0000-000000000000}"
        value={d.productCode}
        onChange={(productCode) => onChange({ productCode })}
        error={wrong("productCode")}
      />
      <TextField
        label={t("apps.version")}
        about={t("apps.versionAbout")}
        required
        readOnly={readOnly}
        placeholder="1.2.3"
        value={d.productVersion}
        onChange={(productVersion) => onChange({ productVersion })}
        error={wrong("productVersion")}
      />
      <TextField
        label={t("apps.commandLine")}
        about={t("apps.commandLineAbout")}
        readOnly={readOnly}
        placeholder="/quiet"
        value={d.commandLine}
        onChange={(commandLine) => onChange({ commandLine })}
        error={wrong("commandLine")}
      />
      <Segmented
        label={t("apps.context")}
        about={t("apps.contextAbout")}
        disabled={readOnly}
        value={d.context}
        onChange={(context) => onChange({ context })}
        options={[
          { value: "device", label: t("apps.contexts.device") },
          { value: "user", label: t("apps.contexts.user") },
        ]}
      />
      <Segmented
        label={t("apps.ignoreVersion")}
        about={t("apps.ignoreVersionAbout")}
        disabled={readOnly}
        value={d.ignoreVersion ? "yes" : "no"}
        onChange={(v) => onChange({ ignoreVersion: v === "yes" })}
        options={[
          { value: "no", label: t("common.no") },
          { value: "yes", label: t("common.yes") },
        ]}
      />
    </>
  );
}
