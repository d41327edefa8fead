import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Question } from "./overlay";
import { problemText } from "./states";
import { useToast } from "./toast";
import "../locales/en/common";
import "../locales/en/problem";

interface Props {
  title: string;
  items: readonly { id: string; name: string }[];
  remove: (id: string) => Promise<unknown>;
  deleted: (count: number) => string;
  notDeleted: (list: string) => string;
  onClose: () => void;
  onDone: () => void;
  children: ReactNode; // what it means
}

/** Asks before things are deleted. What could not be deleted is told by name. */
export function DeleteMany({ title, items, remove, deleted, notDeleted, onClose, onDone, children }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const run = useMutation({
    mutationFn: async () => {
      const failed: string[] = [];
      for (const { id, name } of items) {
        try {
          await remove(id);
        } catch (e) {
          failed.push(`${name}: ${problemText(e, t("problem.offline"))}`);
        }
      }
      return failed;
    },
    onSuccess: (failed) => {
      const done = items.length - failed.length;
      if (done > 0) toast("success", deleted(done));
      if (failed.length > 0) toast("danger", notDeleted(failed.join(" ")));
      if (done > 0) onDone();
      else onClose();
    },
  });
  return (
    <Question
      title={title}
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
      {children}
    </Question>
  );
}
