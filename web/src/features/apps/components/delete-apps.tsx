import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DeleteMany } from "../../../components/delete-many";
import { appsKey, deleteApp, type App } from "../api/apps";
import "../../../locales/en/apps";

/** Asks before apps are deleted. */
export function DeleteApps({ apps, onClose, onDone }: { apps: readonly App[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <DeleteMany
      title={apps.length === 1 ? t("apps.deleteTitle", { name: apps[0]?.displayName ?? "" }) : t("apps.deleteMany", { count: apps.length })}
      items={apps.map((a) => ({ id: a.id, name: a.displayName ?? a.id }))}
      remove={deleteApp}
      deleted={(count) => t("apps.deleted", { count })}
      notDeleted={(list) => t("apps.notDeleted", { list })}
      onClose={onClose}
      onDone={() => {
        for (const a of apps) client.removeQueries({ queryKey: [...appsKey, "one", a.id] });
        onDone();
        for (const list of ["list", "pick"]) void client.invalidateQueries({ queryKey: [...appsKey, list] });
      }}
    >
      <p>{t("apps.deleteText")}</p>
    </DeleteMany>
  );
}
