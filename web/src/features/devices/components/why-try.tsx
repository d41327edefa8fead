import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { TextField } from "../../../components/field";
import type { WhatIf } from "../api/explain";
import styles from "./why.module.css";
import "../../../locales/en/why";

/** What is tried in place of what the device has. */
export function Try({ device, tried, onTry }: { device: { groupTag: string; user: string }; tried: WhatIf | undefined; onTry: (tried: WhatIf | undefined) => void }) {
  const { t } = useTranslation();
  const [tag, setTag] = useState(device.groupTag);
  const [user, setUser] = useState(device.user);
  const changed: WhatIf = {
    ...(tag.trim() === device.groupTag ? {} : { groupTag: tag.trim() }),
    ...(user.trim() === device.user ? {} : { userPrincipalName: user.trim() }),
  };
  const nothing = Object.keys(changed).length === 0;
  return (
    <form
      className={styles.try}
      aria-label={t("why.whatIf")}
      onSubmit={(e) => {
        e.preventDefault();
        onTry(nothing ? undefined : changed);
      }}
    >
      <h4>{t("why.whatIf")}</h4>
      <p>{t("why.whatIfText")}</p>
      <TextField label={t("why.groupTag")} value={tag} onChange={setTag} />
      <TextField label={t("why.user")} value={user} onChange={setUser} />
      <div className={styles.acts}>
        <Button type="submit" isDisabled={nothing}>
          {t("why.try")}
        </Button>
        {tried && (
          <Button
            onPress={() => {
              setTag(device.groupTag);
              setUser(device.user);
              onTry(undefined);
            }}
          >
            {t("why.back")}
          </Button>
        )}
      </div>
    </form>
  );
}
