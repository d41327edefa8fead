import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Grid } from "../components/grid";
import { LiveChip } from "../components/live";
import { MenuButton } from "../components/overlay";
import { CommandBar, Facts, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { assignUser, devicesKey, devicesListKey, devicesQuery, settingsQuery, sync, type Device } from "../features/devices/api/devices";
import { DeleteQuestion, StatusQuestion } from "../features/devices/components/questions";
import { SearchBox, StatusTabs } from "../features/devices/components/filters";
import { columnIds, useColumns, usualColumns, type ColumnId } from "../features/devices/columns";
import { readSort, type GridSearch } from "../features/devices/search";
import type { Person } from "../features/users/api/users";
import { download, writeCsv } from "../lib/csv";
import { useFormat } from "../lib/format";
import { useHold } from "../lib/live";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { profileStatus, type ProfileStatus } from "../lib/status";
import { autopilotDevices, useCrumbs, windowsEnrollment } from "./paths";
import styles from "./autopilot-devices.module.css";

// Panes come when they are opened.
const ImportPane = lazy(() => import("../features/devices/components/import-pane"));
const PropertiesPane = lazy(() => import("../features/devices/components/properties-pane"));
const UserPicker = lazy(() => import("../features/users/components/user-picker"));

const mostLivePages = 5; // of a list that follows changes by itself
const settled = 300; // ms without a key before the search goes to the server

/** Windows Autopilot devices. */
export default function AutopilotDevices() {
  const { t } = useTranslation();
  return (
    <Page title={t("autopilot.title")} subtitle={t("autopilot.subtitle")} crumbs={useCrumbs(4)} closeTo={windowsEnrollment}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ from: autopilotDevices });
  const mayWrite = useMay(mayWriteAutopilot);
  const [text, setText] = useState(search.q ?? "");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<readonly ColumnId[]>(usualColumns);
  const [pane, setPane] = useState<"delete" | "user" | { status: ProfileStatus; device: Device }>();
  const sort = readSort(search.sort);

  const go = useCallback(
    (change: Partial<GridSearch>, replace = false) => void navigate({ to: autopilotDevices, search: (old: GridSearch) => ({ ...old, ...change }), replace }),
    [navigate],
  );
  useEffect(() => {
    const wanted = text.trim() === "" ? undefined : text.trim();
    if (wanted === search.q) return undefined;
    const timer = setTimeout(() => go({ q: wanted }, true), settled);
    return () => clearTimeout(timer);
  }, [text, search.q, go]);

  const list = useInfiniteQuery(devicesQuery({ q: search.q ?? "", status: search.status, sort: `${sort.by}${sort.descending ? " desc" : ""}` }));
  const settings = useQuery({ ...settingsQuery, enabled: !list.isError });
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.value) ?? [], [list.data]);
  // Rows under the pointer or ticked stay where they are; reading many pages
  // anew at every change would be too much.
  const [pointed, setPointed] = useState(false);
  const paused = pointed || selected.size > 0 || (list.data?.pages.length ?? 0) > mostLivePages;
  const news = useHold(devicesListKey, paused);
  const total = list.data?.pages[0]?.["@odata.count"] ?? rows.length;
  const ticked = rows.filter((r) => selected.has(r.id));

  const failed = (e: unknown) => toast("danger", problemText(e, t("problem.offline")));
  const syncing = useMutation({
    mutationFn: sync,
    onSuccess: () => {
      toast("success", t("autopilot.syncDone"));
      void client.invalidateQueries({ queryKey: settingsQuery.queryKey });
      void client.invalidateQueries({ queryKey: devicesKey });
    },
    onError: failed,
  });
  const assigning = useMutation({
    mutationFn: ({ device, person }: { device: Device; person: Person }) => assignUser(device.id, person.userPrincipalName ?? "", person.displayName ?? ""),
    onSuccess: (_, { device, person }) => {
      toast("success", t("autopilot.assigned", { user: person.displayName ?? "", serial: device.serialNumber ?? "" }));
      void client.invalidateQueries({ queryKey: devicesKey });
      setPane(undefined);
      go({ pane: device.id });
    },
    onError: failed,
  });
  const columns = useColumns(shown, { onOpen: (d) => go({ pane: d.id }), onStatus: (device) => setPane({ status: profileStatus(device), device }) });
  const onEnd = useCallback(() => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  }, [list]);

  const exportRows = () => download("autopilot-devices.csv", writeCsv([columns.map((c) => c.label), ...rows.map((r) => columns.map((c) => c.text(r)))]));
  const names = (id: ColumnId) => t(`autopilot.${id}`);
  const single = ticked.length === 1 ? ticked[0] : undefined;

  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar
        label={t("autopilot.commands")}
        end={
          <span className={styles.end}>
            <LiveChip paused={paused} news={news} />
            <span aria-live="polite">
              {list.data && (rows.length < total ? t("autopilot.loadedOf", { loaded: number(rows.length), all: number(total) }) : t("autopilot.count", { n: number(total) }))}
            </span>
          </span>
        }
      >
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: devicesKey })}>
          {t("common.refresh")}
        </Button>
        <Button look="command" icon="arrow_download" isDisabled={rows.length === 0} onPress={exportRows}>
          {t("common.export")}
        </Button>
        <MenuButton
          look="command"
          icon="column_triple"
          label={t("autopilot.columnsShown")}
          actions={columnIds.map((id) => ({
            id,
            label: names(id),
            checked: shown.includes(id),
            onAction: () => setShown(shown.includes(id) ? shown.filter((x) => x !== id) : columnIds.filter((x) => x === id || shown.includes(x))),
          }))}
        >
          {t("common.columns")}
        </MenuButton>
        <Button look="command" icon="arrow_sync" isDisabled={!mayWrite || syncing.isPending} onPress={() => syncing.mutate()}>
          {t("autopilot.sync")}
        </Button>
        <Button look="command" icon="arrow_import" isDisabled={!mayWrite} onPress={() => go({ import: true })}>
          {t("autopilot.import")}
        </Button>
        <Button look="command" icon="person_add" isDisabled={!mayWrite || !single} onPress={() => setPane("user")}>
          {t("autopilot.assignUser")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || ticked.length === 0} onPress={() => setPane("delete")}>
          {t("common.delete")}
        </Button>
      </CommandBar>
      <p>{t("autopilot.intro")}</p>
      <Facts
        facts={[
          { label: t("autopilot.lastSync"), value: time(settings.data?.lastSyncDateTime) },
          { label: t("autopilot.lastRequest"), value: time(settings.data?.lastManualSyncTriggerDateTime) },
        ]}
      />
      <div className={styles.filters}>
        <SearchBox value={text} onChange={setText} />
        <StatusTabs />
      </div>
      {list.isError && <MessageBar tone="warning">{problemText(list.error, t("problem.offline"))}</MessageBar>}
      {list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        search.q || search.status ? (
          <Empty
            title={t("autopilot.emptySearchTitle")}
            action={
              <Button
                onPress={() => {
                  setText("");
                  go({ q: undefined, status: undefined });
                }}
              >
                {t("autopilot.clearSearch")}
              </Button>
            }
          >
            {t("autopilot.emptySearch")}
          </Empty>
        ) : (
          <Empty
            title={t("autopilot.emptyTitle")}
            action={
              mayWrite && (
                <Button look="primary" icon="arrow_import" onPress={() => go({ import: true })}>
                  {t("autopilot.import")}
                </Button>
              )
            }
          >
            {t("autopilot.empty")}
          </Empty>
        )
      ) : (
        <Grid
          onPointed={setPointed}
          label={t("autopilot.title")}
          columns={columns}
          rows={rows}
          total={total}
          keyOf={(d) => d.id}
          nameOf={(d) => d.serialNumber ?? d.id}
          selected={selected}
          onSelect={setSelected}
          onOpen={(d) => go({ pane: d.id })}
          sort={sort}
          onSort={(s) => go({ sort: `${s.descending ? "-" : ""}${s.by}` }, true)}
          onEnd={onEnd}
          words={{ selectAll: t("autopilot.selectAll"), selectRow: (serial) => t("autopilot.selectRow", { serial }) }}
        />
      )}
      <Suspense>
        {search.import && mayWrite && <ImportPane onClose={() => go({ import: undefined })} />}
        {search.pane && pane === undefined && <PropertiesPane id={search.pane} mayWrite={mayWrite} onClose={() => go({ pane: undefined })} />}
        {pane === "user" && single && (
          <UserPicker busy={assigning.isPending} onClose={() => setPane(undefined)} onSelect={(person) => assigning.mutate({ device: single, person })} />
        )}
      </Suspense>
      {pane === "delete" && (
        <DeleteQuestion
          devices={ticked}
          onClose={() => {
            setPane(undefined);
            setSelected(new Set());
          }}
          onCancel={() => setPane(undefined)}
        />
      )}
      {typeof pane === "object" && <StatusQuestion status={pane.status} device={pane.device} onClose={() => setPane(undefined)} />}
    </>
  );
}
