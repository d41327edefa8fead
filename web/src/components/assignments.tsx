import { useTranslation } from "react-i18next";
import { inBoth, nobody, type Audience, type GroupRef } from "../lib/audience";
import { Button } from "./button";
import { MessageBar } from "./states";
import styles from "./parts.module.css";
import "../locales/en/common";
import "../locales/en/wizard";

interface Props {
  audience: Audience;
  onChange: (part: Partial<{ allDevices: boolean; allUsers: boolean; included: GroupRef[]; excluded: GroupRef[] }>) => void;
  onPick: (which: "included" | "excluded") => void;
  withUsers?: boolean; // all users can be meant too
  info: string; // what it means to be excluded
}

/** The step Assignments of every wizard: who gets it, and who does not. */
export function Assignments({ audience: a, onChange, onPick, withUsers = false, info }: Props) {
  const { t } = useTranslation();
  const all = [...(a.allDevices ? [{ id: "allDevices", name: t("wizard.allDevices") }] : []), ...(a.allUsers ? [{ id: "allUsers", name: t("wizard.allUsers") }] : [])];
  return (
    <>
      <section className={styles.part}>
        <h2>{t("wizard.included")}</h2>
        <div className={styles.buttons}>
          <Button icon="add" isDisabled={all.length > 0} onPress={() => onPick("included")}>
            {t("wizard.addGroups")}
          </Button>
          {withUsers && (
            <Button icon="add" isDisabled={a.included.length > 0 || a.allUsers === true} onPress={() => onChange({ allUsers: true })}>
              {t("wizard.addAllUsers")}
            </Button>
          )}
          <Button icon="add" isDisabled={a.included.length > 0 || a.allDevices} onPress={() => onChange({ allDevices: true })}>
            {t("wizard.addAllDevices")}
          </Button>
        </div>
        <Chosen
          label={t("wizard.included")}
          groups={[...all, ...a.included]}
          onRemove={(id) => onChange(id === "allDevices" || id === "allUsers" ? { [id]: false } : { included: a.included.filter((g) => g.id !== id) })}
        />
      </section>
      <section className={styles.part}>
        <h2>{t("wizard.excluded")}</h2>
        <MessageBar>{info}</MessageBar>
        <div className={styles.buttons}>
          <Button icon="add" onPress={() => onPick("excluded")}>
            {t("wizard.addGroups")}
          </Button>
        </div>
        <Chosen label={t("wizard.excluded")} groups={a.excluded} onRemove={(id) => onChange({ excluded: a.excluded.filter((g) => g.id !== id) })} />
      </section>
    </>
  );
}

function Chosen({ label, groups, onRemove }: { label: string; groups: readonly GroupRef[]; onRemove: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t("wizard.groups")}</th>
          <th scope="col">{t("common.remove")}</th>
        </tr>
      </thead>
      <tbody>
        {groups.length === 0 && (
          <tr>
            <td colSpan={2}>{t("wizard.noGroups")}</td>
          </tr>
        )}
        {groups.map((g) => (
          <tr key={g.id}>
            <td>{g.name}</td>
            <td>
              <Button look="command" icon="delete" aria-label={t("wizard.removeNamed", { name: g.name })} onPress={() => onRemove(g.id)}>
                {t("common.remove")}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What may not be meant: nobody included, or a group on both sides. */
export function AudienceWarnings({ audience: a, nobodyGets, excludedOnly }: { audience: Audience; nobodyGets: string; excludedOnly: string }) {
  const { t } = useTranslation();
  return (
    <>
      {nobody(a) && <MessageBar tone="warning">{a.excluded.length > 0 ? excludedOnly : nobodyGets}</MessageBar>}
      {inBoth(a).map((g) => (
        <MessageBar key={g.id} tone="warning">
          {t("wizard.warnBoth", { name: g.name })}
        </MessageBar>
      ))}
    </>
  );
}

/** The names of an audience's two sides, for a review. */
export function useAudienceNames(a: Audience): { included: string; excluded: string } {
  const { t } = useTranslation();
  const names = (list: readonly string[]) => (list.length === 0 ? t("wizard.noGroups") : list.join(", "));
  return {
    included: names([...(a.allDevices ? [t("wizard.allDevices")] : []), ...(a.allUsers ? [t("wizard.allUsers")] : []), ...a.included.map((g) => g.name)]),
    excluded: names(a.excluded.map((g) => g.name)),
  };
}
