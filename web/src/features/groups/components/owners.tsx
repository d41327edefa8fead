import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/button";
import { Icon } from "../../../components/icon";
import { Problem, problemText, Skeleton } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { useMay } from "../../../lib/session";
import { addOwner, groupsKey, removeOwner, type Group } from "../api/groups";
import { detailOf, ownersQuery, type Member } from "../api/members";
import { MemberPicker } from "./member-picker";
import styles from "./members.module.css";
import "../../../locales/en/groups";
import "../../../locales/en/problem";

/** Who owns a group. */
export function Owners({ group }: { group: Group }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("Group.ReadWrite.All");
  const owners = useQuery(ownersQuery(group.id));
  const [adding, setAdding] = useState(false);
  const changed = () => client.invalidateQueries({ queryKey: [...groupsKey, "owners", group.id] });
  const add = useMutation({
    mutationFn: async (people: readonly Member[]) => {
      for (const p of people) await addOwner(group.id, p.id);
      return people.length;
    },
    onSuccess: (count) => {
      toast("success", t("groups.ownersAdded", { count }));
      setAdding(false);
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: (p: Member) => removeOwner(group.id, p.id),
    onSuccess: (_, p) => toast("success", t("groups.ownerRemoved", { name: p.displayName ?? p.id })),
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
    onSettled: changed,
  });
  return (
    <section aria-label={t("groups.owners")}>
      <div className={styles.head}>
        <h2>{t("groups.owners")}</h2>
        {mayWrite && (
          <Button icon="add" onPress={() => setAdding(true)}>
            {t("groups.addOwners")}
          </Button>
        )}
      </div>
      {owners.isError && !owners.data ? (
        <Problem error={owners.error} onRetry={() => void owners.refetch()} />
      ) : owners.isPending ? (
        <Skeleton rows={2} />
      ) : owners.data.length === 0 ? (
        <p className={styles.detail}>{t("groups.noOwners")}</p>
      ) : (
        <ul className={styles.list} aria-label={t("groups.owners")}>
          {owners.data.map((p) => (
            <li key={p.id}>
              <Icon name="person" />
              <span className={styles.name}>{p.displayName}</span>
              <span className={styles.detail}>{detailOf(p)}</span>
              {mayWrite && (
                <IconButton icon="dismiss" label={t("groups.removeOwnerNamed", { name: p.displayName ?? p.id })} isDisabled={remove.isPending} onPress={() => remove.mutate(p)} />
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <MemberPicker
          title={t("groups.addOwners")}
          kinds={["user"]}
          busy={add.isPending}
          taken={(m) => owners.data?.some((o) => o.id === m.id) ?? false}
          onClose={() => setAdding(false)}
          onSelect={(people) => add.mutate(people)}
        />
      )}
    </section>
  );
}
