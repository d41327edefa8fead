import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { PickOne } from "../../../components/pick-one";
import styles from "../../../components/pick-one.module.css";
import { usersQuery, type Person } from "../api/users";
import "../../../locales/en/autopilot";

interface Props {
  onClose: () => void;
  onSelect: (person: Person) => void;
  busy: boolean;
}

/** A pane to choose one person by name or address. */
export default function UserPicker({ onClose, onSelect, busy }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const found = useQuery({ ...usersQuery(useDeferredValue(text)), select: (page) => page.value });
  return (
    <PickOne
      title={t("autopilot.selectUser")}
      hint={t("autopilot.selectUserHint")}
      none={t("autopilot.noUsers")}
      text={text}
      onText={setText}
      found={found}
      nameOf={(u) => u.displayName ?? u.id}
      busy={busy}
      onClose={onClose}
      onSelect={onSelect}
    >
      {(u) => (
        <>
          <span className={styles.avatar} aria-hidden="true">
            {initials(u.displayName ?? "")}
          </span>
          <span>
            {u.displayName}
            <br />
            <span className={styles.upn}>{u.userPrincipalName}</span>
          </span>
        </>
      )}
    </PickOne>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((w) => w.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
