import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Segmented, Select, TextField } from "../../../components/field";
import { Drawer } from "../../../components/overlay";
import { MessageBar, problemText } from "../../../components/states";
import { createPC, freeName, labQuery, type Lab, type Network, type Tpm } from "../api/pcs";
import styles from "./lab.module.css";
import "../../../locales/en/common";
import "../../../locales/en/lab";
import "../../../locales/en/problem";

/** What a new virtual PC is to be. */
export function CreatePC({ lab, onClose, onMade }: { lab: Lab; onClose: () => void; onMade: (name: string) => void }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [spec, setSpec] = useState({
    name: freeName(lab.value.map((p) => p.pc.name)),
    serialNumber: "",
    model: lab.models[0]?.id ?? "",
    tpm: "module" as Tpm,
    windows: lab.releases[0]?.id ?? "",
    language: "en-US",
    network: "wifi" as Network,
  });
  const change = (part: Partial<typeof spec>) => setSpec({ ...spec, ...part });
  const valid = /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(spec.name);
  const create = useMutation({
    mutationFn: () => createPC(spec),
    onSuccess: (made) => onMade(made.pc.name),
    onSettled: () => client.invalidateQueries({ queryKey: labQuery.queryKey }),
  });
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  return (
    <Drawer
      title={t("lab.createTitle")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={!valid || create.isPending} onPress={() => create.mutate()}>
            {create.isPending ? t("common.working") : t("common.create")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <div className={styles.form}>
        {create.isError && <MessageBar tone="danger">{problemText(create.error, t("problem.offline"))}</MessageBar>}
        <TextField label={t("common.name")} required value={spec.name} onChange={(name) => change({ name })} error={valid ? undefined : t("lab.badName")} />
        <TextField label={t("lab.serial")} value={spec.serialNumber} onChange={(serialNumber) => change({ serialNumber })} hint={t("lab.serialHint")} />
        <Select label={t("lab.model")} value={spec.model} onChange={(model) => change({ model })} options={lab.models.map((m) => ({ value: m.id, label: m.name }))} />
        <Select
          label={t("lab.tpm")}
          about={t("lab.tpmAbout")}
          value={spec.tpm}
          onChange={(tpm) => change({ tpm })}
          options={(["module", "board", "none"] as const).map((v) => ({ value: v, label: t(`lab.tpms.${v}`) }))}
        />
        <Select label={t("lab.windows")} value={spec.windows} onChange={(windows) => change({ windows })} options={lab.releases.map((r) => ({ value: r.id, label: r.name }))} />
        <Select
          label={t("lab.language")}
          value={spec.language}
          onChange={(language) => change({ language })}
          options={lab.languages.map((l) => ({ value: l, label: names.of(l) ?? l }))}
        />
        <Segmented
          label={t("lab.network")}
          about={t("lab.networkAbout")}
          value={spec.network}
          onChange={(network) => change({ network })}
          options={(["wifi", "wired", "none"] as const).map((v) => ({ value: v, label: t(`lab.networks.${v}`) }))}
        />
      </div>
    </Drawer>
  );
}
