import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/button";
import { Icon, type IconName } from "../../../components/icon";
import { Empty, Problem, problemText, Skeleton } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { useFormat } from "../../../lib/format";
import { useMay } from "../../../lib/session";
import { addMember, groupsKey, removeMember, type Group } from "../api/groups";
import { detailOf, kindOf, memberKinds, membersQuery, type Member, type ObjectKind } from "../api/members";
import { MemberPicker } from "./member-picker";
import styles from "./members.module.css";
import "../../../locales/en/groups";
import "../../../locales/en/problem";

const icons: Record<ObjectKind, IconName> = { device: "desktop", user: "person", group: "people" };

/** Who is in a group; those of an assigned group are put there here. */
export function Members({ group }: { group: Group }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("GroupMember.ReadWrite.All", "Group.ReadWrite.All") && group.membershipType === "Assigned";
  const list = useInfiniteQuery(membersQuery(group.id));
  const [adding, setAdding] = useState(false);
  const rows = list.data?.pages.flatMap((p) => p.value) ?? [];
  const total = list.data?.pages[0]?.["@odata.count"] ?? rows.length;
  const changed = () => {
    for (const what of ["members", "memberCount"]) void client.invalidateQueries({ queryKey: [...groupsKey, what, group.id] });
  };
  const add = useMutation({
    mutationFn: async (members: readonly Member[]) => {
      for (const m of members) await addMember(group.id, m.id);
      return members.length;
    },
    onSuccess: (count) => {
      toast("success", t("groups.added", { count }));
      setAdding(false);
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: (m: Member) => removeMember(group.id, m.id),
    onSuccess: (_, m) => toast("success", t("groups.removed", { name: m.displayName ?? m.id })),
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
    onSettled: changed,
  });
  return (
    <section aria-label={t("groups.members")}>
      <div className={styles.head}>
        <h2>{t("groups.members")}</h2>
        {mayWrite && (
          <Button icon="add" onPress={() => setAdding(true)}>
            {t("groups.addMembers")}
          </Button>
        )}
      </div>
      {list.isError && !list.data ? (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={4} />
      ) : rows.length === 0 ? (
        <Empty title={t("groups.noMembersTitle")}>{group.membershipType === "Assigned" ? t("groups.noMembersAssigned") : t("groups.noMembersDynamic")}</Empty>
      ) : (
        <>
          <p className={styles.detail}>{t("groups.membersShown", { shown: number(rows.length), all: number(total) })}</p>
          <ul className={styles.list}>
            {rows.map((m) => (
              <li key={m.id}>
                <Icon name={icons[kindOf(m)]} />
                <span className={styles.name}>
                  {m.displayName} <span className="visually-hidden">({t(`groups.kinds.${kindOf(m)}`)})</span>
                </span>
                <span className={styles.detail}>{detailOf(m)}</span>
                {mayWrite && (
                  <IconButton icon="dismiss" label={t("groups.removeNamed", { name: m.displayName ?? m.id })} isDisabled={remove.isPending} onPress={() => remove.mutate(m)} />
                )}
              </li>
            ))}
          </ul>
          {list.hasNextPage && (
            <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
              {t("groups.more")}
            </Button>
          )}
        </>
      )}
      {adding && (
        <MemberPicker
          title={t("groups.addMembers")}
          kinds={memberKinds}
          busy={add.isPending}
          taken={(m) => m.id === group.id || rows.some((r) => r.id === m.id)}
          onClose={() => setAdding(false)}
          onSelect={(members) => add.mutate(members)}
        />
      )}
    </section>
  );
}
