import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Assignments } from "../components/assignments";
import { Button } from "../components/button";
import form from "../components/form.module.css";
import { Drawer, Question } from "../components/overlay";
import { CommandBar, Facts, Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { appQuery } from "../features/apps/api/apps";
import AppPicker from "../features/apps/components/app-picker";
import { assignEsp, deleteEsp, espKey, espQuery, saveEsp } from "../features/esp/api/esp";
import { Review, type Part } from "../features/esp/components/review";
import { Basics, Settings } from "../features/esp/components/steps";
import { draftOf, faultsOf, isDefault, mostApps, type Draft, type WireEsp } from "../features/esp/draft";
import { groupQuery } from "../features/groups/api/groups";
import { GroupPicker } from "../features/groups/components/group-picker";
import { groupIds, nobody } from "../lib/audience";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { useLeaveGuard } from "../lib/leave";
import { mayWriteConfiguration, useMay } from "../lib/session";
import { espPages, useCrumbs } from "./paths";
import "../locales/en/common";
import "../locales/en/esp";
import "../locales/en/problem";
import "../locales/en/profile";
import "../locales/en/wizard";

/** One Enrollment Status Page: what it says and whom it is for. */
export default function EspPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/devices/windows/enrollment/esp/$id" });
  const page = useQuery(espQuery(id));
  return (
    <Page title={page.data?.displayName ?? t("esp.title")} subtitle={t("esp.title")} crumbs={useCrumbs(4, { label: t("esp.title"), to: espPages })} closeTo={espPages}>
      {page.data ? <Loaded page={page.data} /> : page.isError ? <Problem error={page.error} onRetry={() => void page.refetch()} /> : <Skeleton />}
    </Page>
  );
}

function Loaded({ page }: { page: WireEsp }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const mayWrite = useMay(...mayWriteConfiguration);
  const [deleting, setDeleting] = useState(false);
  const [editing, setEditing] = useState<Part>();
  const own = isDefault(page);
  const groups = useQueries({ queries: groupIds(page.assignments).map((id) => groupQuery(id)) });
  const apps = useQueries({ queries: (page.selectedMobileAppIds ?? []).map((id) => appQuery(id)) });
  const draft = draftOf(
    page,
    (id) => groups.find((g) => g.data?.id === id)?.data?.displayName ?? id,
    (id) => {
      const app = apps.find((a) => a.data?.id === id)?.data;
      return { name: app?.displayName ?? id, version: app?.productVersion ?? "" };
    },
  );
  const reach = [
    draft.allUsers && t("wizard.allUsers"),
    draft.allDevices && t("wizard.allDevices"),
    draft.included.length > 0 && t("esp.groupCount", { count: draft.included.length }),
  ].filter(Boolean);
  return (
    <>
      <CommandBar label={t("esp.pageCommands")}>
        <Button look="command" icon="delete" isDisabled={!mayWrite || own} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
      </CommandBar>
      {own && <MessageBar>{t("esp.defaultInfo")}</MessageBar>}
      <Facts
        facts={[
          { label: t("esp.priority"), value: own ? t("esp.isDefault") : page.priority },
          { label: t("esp.createdAt"), value: own ? t("common.none") : time(page.createdDateTime) },
          { label: t("esp.modified"), value: time(page.lastModifiedDateTime) },
          { label: t("esp.assignedTo"), value: nobody(draft) ? t("common.none") : reach.join(", ") },
        ]}
      />
      <h2>{t("profile.properties")}</h2>
      <div className={form.step}>
        <Review draft={draft} own={own} onEdit={mayWrite ? setEditing : undefined} />
      </div>
      {editing && <Edit page={page} stored={draft} part={editing} onClose={() => setEditing(undefined)} />}
      {deleting && <DeleteEsp page={page} onClose={() => setDeleting(false)} />}
    </>
  );
}

/** One section of it, changed and saved at once. */
function Edit({ page, stored, part, onClose }: { page: WireEsp; stored: Draft; part: Part; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const [draft, setDraft] = useState(stored);
  const [tried, setTried] = useState(false);
  const [picking, setPicking] = useState<"included" | "excluded" | "apps">();
  const change = (more: Partial<Draft>) => setDraft((d) => ({ ...d, ...more }));
  const step = { basics: 1, settings: 2, assignments: 3 }[part];
  const faults = tried ? faultsOf(draft, step) : {};
  useLeaveGuard(draft !== stored);
  const save = useMutation({
    mutationFn: async () => {
      if (part === "assignments") await assignEsp(page.id, draft);
      else await saveEsp(page, draft);
    },
    onSuccess: () => {
      toast("success", t("esp.saved", { name: draft.name }));
      onClose();
    },
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: espKey }),
  });
  const titles = { basics: t("wizard.basics"), settings: t("esp.settings"), assignments: t("wizard.assignments") };
  return (
    <Drawer
      title={titles[part]}
      subtitle={t("esp.editTitle", { name: page.displayName ?? "" })}
      onClose={onClose}
      footer={
        <>
          <Button
            look="primary"
            isDisabled={save.isPending}
            onPress={() => {
              if (Object.keys(faultsOf(draft, step)).length > 0) setTried(true);
              else save.mutate();
            }}
          >
            {t("common.save")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <div className={form.step}>
        {part === "basics" && <Basics draft={draft} onChange={change} faults={faults} />}
        {part === "settings" && <Settings draft={draft} onChange={change} faults={faults} onPick={() => setPicking("apps")} />}
        {part === "assignments" && <Assignments audience={draft} onChange={change} onPick={setPicking} withUsers info={t("esp.excludedInfo")} />}
      </div>
      {picking === "apps" && (
        <AppPicker
          picked={draft.apps}
          most={mostApps}
          onClose={() => setPicking(undefined)}
          onSelect={(apps) => {
            change({ apps });
            setPicking(undefined);
          }}
        />
      )}
      {(picking === "included" || picking === "excluded") && (
        <GroupPicker
          title={picking === "included" ? t("wizard.pickInclude") : t("wizard.pickExclude")}
          hint={t("esp.pickHint")}
          picked={draft[picking]}
          onClose={() => setPicking(undefined)}
          onSelect={(groups) => {
            change({ [picking]: groups });
            setPicking(undefined);
          }}
        />
      )}
    </Drawer>
  );
}

/** Asks before a status page is deleted. */
export function DeleteEsp({ page, onClose }: { page: WireEsp; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const name = page.displayName ?? "";
  const run = useMutation({
    mutationFn: () => deleteEsp(page.id),
    onSuccess: () => {
      toast("success", t("esp.deleted", { name }));
      void client.invalidateQueries({ queryKey: [...espKey, "list"] });
      onClose();
      void navigate({ to: espPages });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  return (
    <Question
      title={t("esp.deleteTitle", { name })}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={run.isPending} onPress={() => run.mutate()}>
            {t("common.delete")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <p>{t("esp.deleteText")}</p>
    </Question>
  );
}
