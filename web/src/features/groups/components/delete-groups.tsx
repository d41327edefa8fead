import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Question } from "../../../components/overlay";
import { problemText } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { deleteGroup, groupsKey, type Group } from "../api/groups";
import "../../../locales/en/common";
import "../../../locales/en/groups";
import "../../../locales/en/problem";

/** Asks before groups are deleted. What could not be deleted is told by name. */
export function DeleteGroups({ groups, onClose, onDone }: { groups: readonly Group[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const name = groups[0]?.displayName ?? "";
  const run = useMutation({
    mutationFn: async () => {
      const failed: string[] = [];
      for (const g of groups) {
        try {
          await deleteGroup(g.id);
        } catch (e) {
          failed.push(`${g.displayName ?? g.id}: ${problemText(e, t("problem.offline"))}`);
        }
      }
      return failed;
    },
    onSuccess: (failed) => {
      const done = groups.length - failed.length;
      if (done > 0) toast("success", t("groups.deleted", { count: done }));
      if (failed.length > 0) toast("danger", t("groups.notDeleted", { list: failed.join(" ") }));
      // The page of a deleted group must not ask for it again.
      for (const g of groups) client.removeQueries({ queryKey: [...groupsKey, "one", g.id] });
      onDone();
      for (const list of ["list", "pick", "count"]) void client.invalidateQueries({ queryKey: [...groupsKey, list] });
    },
  });
  return (
    <Question
      title={groups.length === 1 ? t("groups.deleteTitle", { name }) : t("groups.deleteMany", { count: groups.length })}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={run.isPending} onPress={() => run.mutate()}>
            {t("common.delete")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <p>{t("groups.deleteText")}</p>
    </Question>
  );
}
