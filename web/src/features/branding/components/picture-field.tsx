import { FileTrigger } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import parts from "../../../components/parts.module.css";
import { MessageBar } from "../../../components/states";
import type { Picture } from "../api/branding";
import "../../../locales/en/branding";
import "../../../locales/en/common";

interface Props {
  which: Picture;
  there: boolean;
  busy: boolean;
  disabled: boolean;
  fault: string | undefined;
  onChoose: (file: File) => void;
  onRemove: () => void;
}

/** One of the pictures: put it there, replace it, take it away. */
export function PictureField({ which, there, busy, disabled, fault, onChoose, onRemove }: Props) {
  const { t } = useTranslation();
  const name = t(`branding.pictures.${which}`);
  return (
    <section className={parts.part} aria-label={name}>
      <h3>{name}</h3>
      <p className={parts.text}>{t(`branding.pictureText.${which}`)}</p>
      <div className={parts.buttons}>
        <FileTrigger
          acceptedFileTypes={["image/png", "image/jpeg"]}
          onSelect={(list) => {
            const file = list?.[0];
            if (file) onChoose(file);
          }}
        >
          <Button icon="arrow_upload" isDisabled={disabled || busy} aria-label={t(there ? "branding.replaceNamed" : "branding.uploadNamed", { name })}>
            {t(there ? "branding.replace" : "branding.upload")}
          </Button>
        </FileTrigger>
        {there && (
          <Button icon="delete" isDisabled={disabled || busy} aria-label={t("branding.removeNamed", { name })} onPress={onRemove}>
            {t("common.remove")}
          </Button>
        )}
        <span aria-live="polite">{busy ? t("common.working") : there ? "" : t("branding.noPicture")}</span>
      </div>
      {fault && <MessageBar tone="danger">{fault}</MessageBar>}
    </section>
  );
}
