import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DeleteMany } from "../../../components/delete-many";
import { deleteGroup, groupsKey, type Group } from "../api/groups";
import "../../../locales/en/groups";

/** Asks before groups are deleted. */
export function DeleteGroups({ groups, onClose, onDone }: { groups: readonly Group[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <DeleteMany
      title={groups.length === 1 ? t("groups.deleteTitle", { name: groups[0]?.displayName ?? "" }) : t("groups.deleteMany", { count: groups.length })}
      items={groups.map((g) => ({ id: g.id, name: g.displayName ?? g.id }))}
      remove={deleteGroup}
      deleted={(count) => t("groups.deleted", { count })}
      notDeleted={(list) => t("groups.notDeleted", { list })}
      onClose={onClose}
      onDone={() => {
        // The page of a deleted group must not ask for it again.
        for (const g of groups) client.removeQueries({ queryKey: [...groupsKey, "one", g.id] });
        onDone();
        for (const list of ["list", "pick", "count"]) void client.invalidateQueries({ queryKey: [...groupsKey, list] });
      }}
    >
      <p>{t("groups.deleteText")}</p>
    </DeleteMany>
  );
}
