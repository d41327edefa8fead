import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import parts from "../../../components/parts.module.css";
import { useBytes } from "../../../lib/bytes";
import "../../../locales/en/apps";

interface Props {
  file: File | undefined;
  disabled?: boolean;
  replaces?: boolean; // there is one already
  onChoose: (file: File) => void;
}

/** Chooses an installer. */
export function FileField({ file, disabled = false, replaces = false, onChoose }: Props) {
  const { t } = useTranslation();
  const bytes = useBytes();
  return (
    <div className={parts.buttons}>
      <FileTrigger
        acceptedFileTypes={[".msi"]}
        onSelect={(list) => {
          const chosen = list?.[0];
          if (chosen) onChoose(chosen);
        }}
      >
        <Button icon="folder_open" isDisabled={disabled}>
          {file || replaces ? t("apps.otherFile") : t("apps.chooseFile")}
        </Button>
      </FileTrigger>
      <span aria-live="polite">{file ? t("apps.chosenFile", { name: file.name, size: bytes(file.size) }) : replaces ? "" : t("apps.noFile")}</span>
    </div>
  );
}
