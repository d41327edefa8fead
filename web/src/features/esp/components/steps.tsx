import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Segmented, TextField } from "../../../components/field";
import { MessageBar } from "../../../components/states";
import styles from "../../../components/parts.module.css";
import type { Draft, Faults } from "../draft";
import "../../../locales/en/common";
import "../../../locales/en/esp";
import "../../../locales/en/wizard";

interface Props {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  faults: Faults;
}

/** Step 1. */
export function Basics({ draft, onChange, faults }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TextField label={t("common.name")} required value={draft.name} onChange={(name) => onChange({ name })} error={faults.name && t(`esp.faults.${faults.name}`)} />
      <TextField label={t("common.description")} tall value={draft.description} onChange={(description) => onChange({ description })} />
    </>
  );
}

/** Step 2: a setting reveals those that depend on it. */
export function Settings({ draft: d, onChange, faults, onPick }: Props & { onPick: () => void }) {
  const { t } = useTranslation();
  const toggle = (label: string, value: boolean, set: (on: boolean) => void, about?: string) => (
    <Segmented
      label={label}
      about={about}
      value={value ? "yes" : "no"}
      onChange={(v) => set(v === "yes")}
      options={[
        { value: "no", label: t("common.no") },
        { value: "yes", label: t("common.yes") },
      ]}
    />
  );
  return (
    <>
      <p className={styles.text}>{t("esp.settingsIntro")}</p>
      {toggle(t("esp.progress"), d.progress, (progress) => onChange({ progress }), t("esp.progressAbout"))}
      {d.progress && (
        <>
          <TextField label={t("esp.minutes")} required value={d.minutes} onChange={(minutes) => onChange({ minutes })} error={faults.minutes && t("esp.faults.minutes")} />
          {toggle(t("esp.customMessage"), d.customMessage, (customMessage) => onChange({ customMessage }))}
          {d.customMessage && (
            <TextField
              label={t("esp.message")}
              required
              tall
              value={d.message}
              onChange={(message) => onChange({ message })}
              error={faults.message && t(`esp.faults.${faults.message}`)}
            />
          )}
          {toggle(t("esp.logs"), d.logs, (logs) => onChange({ logs }), t("esp.logsAbout"))}
          {toggle(t("esp.onlyOobe"), d.onlyOobe, (onlyOobe) => onChange({ onlyOobe }), t("esp.onlyOobeAbout"))}
          {toggle(t("esp.block"), d.block, (block) => onChange({ block }), t("esp.blockAbout"))}
          {d.block && (
            <>
              {toggle(t("esp.reset"), d.reset, (reset) => onChange({ reset }))}
              {toggle(t("esp.use"), d.use, (use) => onChange({ use }))}
              <Segmented
                label={t("esp.required")}
                about={t("esp.requiredAbout")}
                value={d.selected ? "selected" : "all"}
                onChange={(v) => onChange({ selected: v === "selected" })}
                options={[
                  { value: "all", label: t("esp.all") },
                  { value: "selected", label: t("esp.selected") },
                ]}
              />
              {d.selected && <Apps draft={d} onChange={onChange} faults={faults} onPick={onPick} />}
              {d.selected && d.apps.length > 0 && toggle(t("esp.technician"), d.technicianOnly, (technicianOnly) => onChange({ technicianOnly }), t("esp.technicianAbout"))}
            </>
          )}
        </>
      )}
    </>
  );
}

function Apps({ draft: d, onChange, faults, onPick }: Props & { onPick: () => void }) {
  const { t } = useTranslation();
  return (
    <section className={styles.part}>
      <h2>{t("esp.blockingApps")}</h2>
      {faults.apps && <MessageBar tone="danger">{t(`esp.faults.${faults.apps}`)}</MessageBar>}
      <Button icon="add" onPress={onPick}>
        {t("esp.selectApps")}
      </Button>
      <table className={styles.table} aria-label={t("esp.blockingApps")}>
        <thead>
          <tr>
            <th scope="col">{t("common.name")}</th>
            <th scope="col">{t("esp.version")}</th>
            <th scope="col">{t("common.remove")}</th>
          </tr>
        </thead>
        <tbody>
          {d.apps.length === 0 && (
            <tr>
              <td colSpan={3}>{t("esp.noApps")}</td>
            </tr>
          )}
          {d.apps.map((a) => (
            <tr key={a.id}>
              <td>{a.name}</td>
              <td>{a.version || t("common.none")}</td>
              <td>
                <Button look="command" icon="delete" aria-label={t("wizard.removeNamed", { name: a.name })} onPress={() => onChange({ apps: d.apps.filter((x) => x.id !== a.id) })}>
                  {t("common.remove")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
