import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "../components/field";
import { Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { brandingKey, brandingQuery, pictures, putPicture, removePicture, saveTexts, type Branding, type Picture, type Texts } from "../features/branding/api/branding";
import { ColorField } from "../features/branding/components/color-field";
import { PictureField } from "../features/branding/components/picture-field";
import { Preview } from "../features/branding/components/preview";
import { faultsOf } from "../features/branding/faults";
import { GraphError } from "../lib/graph";
import { useMay, useSession } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/branding";
import "../locales/en/problem";

/** How the sign-in pages of the organization look. */
export default function BrandingPage() {
  const { t } = useTranslation();
  const { tenant } = useSession();
  const branding = useQuery(brandingQuery(tenant.id));
  return (
    <Page title={t("branding.title")} subtitle={tenant.displayName} crumbs={useCrumbs(1)}>
      {branding.data ? (
        <Form key={branding.data.etag} stored={branding.data} />
      ) : branding.isError ? (
        <Problem error={branding.error} onRetry={() => void branding.refetch()} />
      ) : (
        <Skeleton rows={6} />
      )}
    </Page>
  );
}

function Form({ stored }: { stored: Branding }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const { tenant } = useSession();
  const mayWrite = useMay("OrganizationalBranding.ReadWrite.All");
  const [texts, setTexts] = useState(stored.texts);
  const faults = faultsOf(texts);
  const changed = JSON.stringify(texts) !== JSON.stringify(stored.texts);
  const change = (part: Partial<Texts>) => setTexts({ ...texts, ...part });
  const wrong = (field: keyof Texts) => {
    const fault = faults[field];
    return fault && t(`branding.faults.${fault}`);
  };
  const save = useMutation({
    mutationFn: () => saveTexts(tenant.id, texts, stored.etag),
    onSuccess: () => toast("success", t("branding.saved")),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: brandingKey }),
  });
  return (
    <>
      <UnsavedBar
        label={t("branding.commands")}
        changed={changed}
        saving={save.isPending}
        blocked={!mayWrite || Object.keys(faults).length > 0}
        onSave={() => save.mutate()}
        onDiscard={() => setTexts(stored.texts)}
      />
      <p>{t("branding.intro")}</p>
      <Preview name={tenant.displayName} texts={texts} urls={stored.urls} />
      <section className={styles.form} aria-label={t("branding.textsTitle")}>
        <h2 className={styles.heading}>{t("branding.textsTitle")}</h2>
        <TextField
          label={t("branding.text")}
          about={t("branding.textAbout")}
          tall
          readOnly={!mayWrite}
          value={texts.signInPageText}
          onChange={(signInPageText) => change({ signInPageText })}
          error={wrong("signInPageText")}
        />
        <TextField
          label={t("branding.hint")}
          about={t("branding.hintAbout")}
          readOnly={!mayWrite}
          value={texts.usernameHintText}
          onChange={(usernameHintText) => change({ usernameHintText })}
          error={wrong("usernameHintText")}
        />
        <ColorField value={texts.backgroundColor} readOnly={!mayWrite} error={wrong("backgroundColor")} onChange={(backgroundColor) => change({ backgroundColor })} />
      </section>
      <section className={styles.form} aria-label={t("branding.picturesTitle")}>
        <h2 className={styles.heading}>{t("branding.picturesTitle")}</h2>
        {changed && <MessageBar>{t("branding.saveFirst")}</MessageBar>}
        {pictures.map((which) => (
          <OnePicture key={which} which={which} there={stored.urls[which] !== undefined} disabled={!mayWrite || changed} />
        ))}
      </section>
    </>
  );
}

function OnePicture({ which, there, disabled }: { which: Picture; there: boolean; disabled: boolean }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const { id } = useSession().tenant;
  const name = t(`branding.pictures.${which}`);
  const put = useMutation({
    mutationFn: (file: File | undefined) => (file ? putPicture(id, which, file) : removePicture(id, which)),
    onSuccess: (_, file) => toast("success", t(file ? "branding.pictureSaved" : "branding.pictureRemoved", { name })),
    onSettled: () => client.invalidateQueries({ queryKey: brandingKey }),
  });
  return (
    <PictureField
      which={which}
      there={there}
      busy={put.isPending}
      disabled={disabled}
      fault={put.isError ? problemText(put.error, t("problem.offline")) : undefined}
      onChoose={(file) => put.mutate(file)}
      onRemove={() => put.mutate(undefined)}
    />
  );
}
