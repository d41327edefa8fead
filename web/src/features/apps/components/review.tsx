import { useTranslation } from "react-i18next";
import { ReviewPart } from "../../../components/review";
import { useBytes } from "../../../lib/bytes";
import type { Draft } from "../draft";
import { AssignmentReview } from "./app-assignments";
import "../../../locales/en/apps";
import "../../../locales/en/common";

/** Everything that was entered for a new app. */
export function Review({ draft: d, file }: { draft: Draft; file: File | undefined }) {
  const { t } = useTranslation();
  const bytes = useBytes();
  return (
    <>
      <ReviewPart
        title={t("apps.information")}
        rows={[
          [t("apps.file"), file ? t("apps.chosenFile", { name: file.name, size: bytes(file.size) }) : t("apps.noFile")],
          [t("common.name"), d.name],
          [t("common.description"), d.description || t("common.none")],
          [t("apps.publisher"), d.publisher || t("common.none")],
          [t("apps.productCode"), d.productCode],
          [t("apps.version"), d.productVersion],
          [t("apps.commandLine"), d.commandLine || t("common.none")],
          [t("apps.context"), t(`apps.contexts.${d.context}`)],
          [t("apps.ignoreVersion"), d.ignoreVersion ? t("common.yes") : t("common.no")],
        ]}
      />
      <AssignmentReview audiences={d.audiences} />
    </>
  );
}
