import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { problemText } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { mayWriteAutopilot, useMay } from "../../../lib/session";
import { runRequest, type Remedy } from "../api/explain";
import { say } from "./why-words";
import styles from "./why.module.css";
import "../../../locales/en/later";
import "../../../locales/en/problem";
import "../../../locales/en/why";

const undoable = 10_000; // so long is the way back offered

/** What would change the answer, and the button that does it. */
export function Remedies({ remedies }: { remedies: readonly Remedy[] }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const mayAutopilot = useMay(mayWriteAutopilot);
  const mayGroups = useMay("Group.ReadWrite.All", "GroupMember.ReadWrite.All");
  const failed = (e: unknown) => toast("danger", problemText(e, t("problem.offline")));
  // What one write changes shows on many pages: devices, groups, profiles.
  const anew = () => client.invalidateQueries();
  const undoing = useMutation({
    mutationFn: runRequest,
    onSuccess: () => {
      toast("success", t("why.undone"));
      return anew();
    },
    onError: failed,
  });
  const fixing = useMutation({
    mutationFn: (r: Remedy) => (r.action ? runRequest(r.action) : Promise.reject(new Error("no action"))),
    onSuccess: (_, r) => {
      const { undo } = r;
      const what = t("why.fixed", { what: say(t, r) });
      if (undo) {
        const put = toast("success", what, {
          label: t("later.undo"),
          onPress: () => {
            put();
            undoing.mutate(undo);
          },
        });
        setTimeout(put, undoable);
      } else toast("success", what);
      return anew();
    },
    onError: failed,
  });
  if (remedies.length === 0) return null;
  return (
    <>
      <h4>{t("why.remedies")}</h4>
      <ul className={styles.remedies}>
        {remedies.map((r) => {
          const what = say(t, r);
          const may = r.action?.path.startsWith("/beta/groups/") ? mayGroups : mayAutopilot;
          return (
            <li key={what}>
              <span>
                {what}
                {r.action && !may && ` ${t("why.notMayFix")}`}
              </span>
              {r.action && (
                <Button icon="wrench" aria-label={t("why.fixNamed", { what })} isDisabled={!may || fixing.isPending || undoing.isPending} onPress={() => fixing.mutate(r)}>
                  {t("why.fix")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
