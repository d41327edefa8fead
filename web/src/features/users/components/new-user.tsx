import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Segmented, TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { MessageBar, problemText } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { useSession } from "../../../lib/session";
import { createUser, usersKey, type Person } from "../api/users";
import styles from "../../../components/pick-one.module.css";
import "../../../locales/en/common";
import "../../../locales/en/people";
import "../../../locales/en/problem";

/** A pane that makes a person of the organization. */
export default function NewUser({ onClose, onDone }: { onClose: () => void; onDone: (p: Person) => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const { domain } = useSession().tenant;
  const [draft, setDraft] = useState({ name: "", userName: "", password: "", mustChange: true, licensed: true });
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const userName = draft.userName.trim();
  const create = useMutation({
    mutationFn: () =>
      createUser({
        displayName: draft.name.trim(),
        userPrincipalName: userName.includes("@") ? userName : `${userName}@${domain}`,
        password: draft.password,
        mustChange: draft.mustChange,
        mdmLicensed: draft.licensed,
      }),
    onSuccess: (made) => {
      toast("success", t("people.created", { name: made.displayName ?? "" }));
      void client.invalidateQueries({ queryKey: usersKey });
      onDone(made);
    },
  });
  const yesNo = (label: string, about: string, value: boolean, onChange: (on: boolean) => void) => (
    <Segmented
      label={label}
      about={about}
      value={value ? "yes" : "no"}
      onChange={(v) => onChange(v === "yes")}
      options={[
        { value: "yes", label: t("common.yes") },
        { value: "no", label: t("common.no") },
      ]}
    />
  );
  return (
    <Drawer
      title={t("people.new")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={draft.name.trim() === "" || userName === "" || draft.password === "" || create.isPending} onPress={() => create.mutate()}>
            {t("common.create")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <div className={styles.stack}>
        {create.isError && <MessageBar tone="danger">{problemText(create.error, t("problem.offline"))}</MessageBar>}
        <TextField label={t("people.displayName")} required value={draft.name} onChange={(name) => change({ name })} />
        <TextField label={t("people.userName")} required value={draft.userName} onChange={(v) => change({ userName: v })} hint={t("people.userNameHint", { domain })} />
        <TextField label={t("people.password")} required value={draft.password} onChange={(password) => change({ password })} hint={t("people.passwordHint")} />
        {yesNo(t("people.mustChange"), t("people.mustChangeAbout"), draft.mustChange, (mustChange) => change({ mustChange }))}
        {yesNo(t("people.licence"), t("people.licenceAbout"), draft.licensed, (licensed) => change({ licensed }))}
      </div>
    </Drawer>
  );
}
