import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DeleteMany } from "../../../components/delete-many";
import { deleteUser, devicesOfQuery, usersKey, type Person } from "../api/users";
import "../../../locales/en/people";

/** Asks before people are deleted, and says what happens to their devices. */
export function DeleteUsers({ people, onClose, onDone }: { people: readonly Person[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const devices = useQueries({ queries: people.length === 1 ? people.map((p) => devicesOfQuery(p.id)) : [] }).flatMap((d) => d.data ?? []);
  return (
    <DeleteMany
      title={people.length === 1 ? t("people.deleteTitle", { name: people[0]?.displayName ?? "" }) : t("people.deleteMany", { count: people.length })}
      items={people.map((p) => ({ id: p.id, name: p.displayName ?? p.id }))}
      remove={deleteUser}
      deleted={(count) => t("people.deleted", { count })}
      notDeleted={(list) => t("people.notDeleted", { list })}
      onClose={onClose}
      onDone={() => {
        for (const p of people) for (const what of ["one", "groups", "devices"]) client.removeQueries({ queryKey: [...usersKey, what, p.id] });
        onDone();
        for (const list of ["list", "pick"]) void client.invalidateQueries({ queryKey: [...usersKey, list] });
      }}
    >
      <p>{t("people.deleteText")}</p>
      <p>{t("people.deleteDevices")}</p>
      {devices.length > 0 && <p>{t("people.deleteTheirs", { count: devices.length, names: devices.map((d) => d.displayName ?? d.id).join(", ") })}</p>}
    </DeleteMany>
  );
}
