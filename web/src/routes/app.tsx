import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Facts, Page } from "../components/page";
import parts from "../components/parts.module.css";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { appQuery, appsKey, assignApp, saveApp, uploadApp, type App } from "../features/apps/api/apps";
import { AppAssignments, AssignmentReview, type Place } from "../features/apps/components/app-assignments";
import { DeleteApps } from "../features/apps/components/delete-apps";
import { Fields } from "../features/apps/components/fields";
import { FileField } from "../features/apps/components/file-field";
import { assignable, audiencesOf, faultsOf, fieldsOf, type AppFields, type Audiences } from "../features/apps/draft";
import { groupQuery } from "../features/groups/api/groups";
import { GroupPicker } from "../features/groups/components/group-picker";
import { groupIds } from "../lib/audience";
import { useBytes } from "../lib/bytes";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { mayWriteApps, useMay } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/apps";
import "../locales/en/common";
import "../locales/en/problem";
import "../locales/en/wizard";

/** One app: what it says, its file, and whom it is for. */
export default function AppPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/apps/$id" });
  const app = useQuery(appQuery(id));
  return (
    <Page title={app.data?.displayName ?? t("apps.one")} subtitle={t("apps.msi")} crumbs={useCrumbs(1, { label: t("apps.all"), to: "/apps" })} closeTo="/apps">
      {app.data ? (
        <Overview key={`${app.data["@odata.etag"]} ${JSON.stringify(app.data.assignments?.map((a) => a.id))}`} app={app.data} />
      ) : app.isError ? (
        <Problem error={app.error} onRetry={() => void app.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

function Overview({ app }: { app: App }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const bytes = useBytes();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay(mayWriteApps);
  const groups = useQueries({ queries: groupIds(app.assignments).map((id) => groupQuery(id)) });
  const stored = fieldsOf(app);
  const storedAudiences = audiencesOf(app.assignments, (id) => groups.find((g) => g.data?.id === id)?.data?.displayName ?? id);
  const [changes, setChanges] = useState<Partial<AppFields>>({});
  const [changedAudiences, setAudiences] = useState<Audiences>();
  const [picking, setPicking] = useState<Place>();
  const [file, setFile] = useState<File>();
  const [deleting, setDeleting] = useState(false);
  const draft = { ...stored, ...changes };
  const audiences = changedAudiences ?? storedAudiences;
  const faults = faultsOf(draft);
  const changedFields = JSON.stringify(draft) !== JSON.stringify(stored);
  const changed = changedFields || changedAudiences !== undefined;
  const published = app.publishingState === "published";
  const problem = (e: unknown) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline")));
  const discard = () => {
    setChanges({});
    setAudiences(undefined);
  };
  const save = useMutation({
    mutationFn: async () => {
      if (changedFields) await saveApp(app.id, draft, app["@odata.etag"]);
      if (changedAudiences) await assignApp(app.id, changedAudiences);
    },
    onSuccess: () => {
      toast("success", t("apps.saved", { name: draft.name.trim() }));
      discard();
    },
    onError: problem,
    onSettled: () => client.invalidateQueries({ queryKey: appsKey }),
  });
  const upload = useMutation({
    mutationFn: (chosen: File) => uploadApp(app.id, chosen, app["@odata.etag"]),
    onSuccess: (_, chosen) => toast("success", t("apps.uploaded", { name: chosen.name })),
    onError: (e) => {
      setFile(undefined);
      problem(e);
    },
    onSettled: () => client.invalidateQueries({ queryKey: appsKey }),
  });
  return (
    <>
      <UnsavedBar
        label={t("apps.oneCommands")}
        changed={changed}
        saving={save.isPending}
        blocked={!mayWrite || Object.keys(faults).length > 0 || !assignable(audiences)}
        onSave={() => save.mutate()}
        onDiscard={discard}
      >
        <Button look="command" icon="delete" isDisabled={!mayWrite} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
      </UnsavedBar>
      <Facts
        facts={[
          { label: t("apps.state"), value: published ? t("apps.published") : t("apps.notPublished") },
          { label: t("apps.fileName"), value: app.fileName || t("common.none") },
          { label: t("apps.size"), value: app.size ? bytes(app.size) : t("common.none") },
          { label: t("apps.createdAt"), value: time(app.createdDateTime) },
          { label: t("apps.modified"), value: time(app.lastModifiedDateTime) },
        ]}
      />
      <section className={parts.part} aria-label={t("apps.file")}>
        <h2>{t("apps.file")}</h2>
        {!published && <MessageBar tone="warning">{t("apps.notPublishedText")}</MessageBar>}
        {mayWrite && (
          <>
            <FileField
              file={upload.isPending ? file : undefined}
              replaces={published}
              disabled={changed || upload.isPending}
              onChoose={(chosen) => {
                setFile(chosen);
                upload.mutate(chosen);
              }}
            />
            {upload.isPending && file ? (
              <MessageBar>{t("apps.uploading", { name: file.name })}</MessageBar>
            ) : (
              <p className={parts.text}>{t(changed ? "apps.saveFirst" : published ? "apps.fileText" : "apps.fileFirst")}</p>
            )}
          </>
        )}
      </section>
      <section className={styles.form} aria-label={t("apps.properties")}>
        <h2 className={styles.heading}>{t("apps.properties")}</h2>
        <Fields draft={draft} faults={faults} readOnly={!mayWrite} onChange={(part) => setChanges({ ...changes, ...part })} />
      </section>
      <section className={styles.form} aria-label={t("wizard.assignments")}>
        {!mayWrite || !published ? (
          <AssignmentReview audiences={audiences} />
        ) : (
          <>
            <h2 className={styles.heading}>{t("wizard.assignments")}</h2>
            <AppAssignments audiences={audiences} onChange={setAudiences} onPick={setPicking} />
          </>
        )}
      </section>
      {picking && (
        <GroupPicker
          title={picking.side === "included" ? t("wizard.pickInclude") : t("wizard.pickExclude")}
          hint={t("apps.pickHint")}
          picked={audiences[picking.intent][picking.side]}
          onClose={() => setPicking(undefined)}
          onSelect={(chosen) => {
            setAudiences({ ...audiences, [picking.intent]: { ...audiences[picking.intent], [picking.side]: chosen } });
            setPicking(undefined);
          }}
        />
      )}
      {deleting && <DeleteApps apps={[app]} onClose={() => setDeleting(false)} onDone={() => void navigate({ to: "/apps", ignoreBlocker: true })} />}
    </>
  );
}
