import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { CopyCall } from "../components/copy-call";
import { SearchBox } from "../components/filters";
import { Grid } from "../components/grid";
import { useLater } from "../components/later";
import { LiveChip } from "../components/live";
import { MenuButton } from "../components/menu-button";
import { CommandBar, Facts, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { TryLater } from "../components/try-later";
import {
  assignUserCall,
  deleteCall,
  devicesKey,
  devicesListKey,
  devicesQuery,
  isWhole,
  matching,
  settingsQuery,
  syncCall,
  totalQuery,
  type Device,
  type Named,
} from "../features/devices/api/devices";
import type { BulkKind } from "../features/devices/components/bulk-pane";
import { StatusTabs } from "../features/devices/components/filters";
import { columnIds, useColumns, usualColumns, type ColumnId } from "../features/devices/columns";
import { readSort, type GridSearch } from "../features/devices/search";
import type { Person } from "../features/users/api/users";
import { useFormat } from "../lib/format";
import { graph, GraphError } from "../lib/graph";
import { useHold } from "../lib/live";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { useSearchText } from "../lib/settled";
import { profileStatus, type ProfileStatus } from "../lib/status";
import { autopilotDevices, useCrumbs, windowsEnrollment } from "./paths";
import styles from "./autopilot-devices.module.css";
import "../locales/en/autopilot";
import "../locales/en/bulk";
import "../locales/en/common";
import "../locales/en/problem";

// Panes come when they are opened.
const BulkPane = lazy(() => import("../features/devices/components/bulk-pane"));
const ImportPane = lazy(() => import("../features/devices/components/import-pane"));
const StatusQuestion = lazy(() => import("../features/devices/components/status-question"));
const PropertiesPane = lazy(() => import("../features/devices/components/properties-pane"));
const UserPicker = lazy(() => import("../features/users/components/user-picker"));

const mostLivePages = 5; // of a list that follows changes by itself
const mostUndone = 20; // so many are deleted at once with a way back; more are counted and asked for

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
  const [collected, setCollected] = useState<{ of: string; devices: readonly Named[] }>(); // all that match, when all are selected
  const [pane, setPane] = useState<"user" | { status: ProfileStatus; device: Device } | { bulk: BulkKind; devices: readonly Named[] }>();
  const { pending, later } = useLater();
  const sort = readSort(search.sort);

  const go = useCallback(
    (change: Partial<GridSearch>, replace = false) => void navigate({ to: autopilotDevices, search: (old: GridSearch) => ({ ...old, ...change }), replace }),
    [navigate],
  );
  useSearchText(
    text,
    search.q,
    useCallback((q) => go({ q }, true), [go]),
  );

  const wanted = { q: search.q ?? "", status: search.status, sort: `${sort.by}${sort.descending ? " desc" : ""}` };
  const asked = JSON.stringify(wanted);
  const everyone = collected?.of === asked ? collected.devices : undefined;
  const list = useInfiniteQuery(devicesQuery(wanted));
  const settings = useQuery({ ...settingsQuery, enabled: !list.isError });
  const loaded = useMemo(() => list.data?.pages.flatMap((p) => p.value) ?? [], [list.data]);
  const rows = useMemo(() => loaded.filter((d) => !pending.has(d.id)), [loaded, pending]);
  const whole = list.data !== undefined && isWhole(list.data.pages);
  const counted = useQuery({ ...totalQuery(wanted), enabled: list.data !== undefined && !whole });
  const everywhere = whole ? loaded.length : counted.data;
  const total = everywhere === undefined ? undefined : everywhere - (loaded.length - rows.length);
  const extent =
    total === undefined
      ? t("autopilot.loadedSoFar", { loaded: number(rows.length) })
      : rows.length < total
        ? t("autopilot.loadedOf", { loaded: number(rows.length), all: number(total) })
        : t("autopilot.count", { n: number(total) });
  const ticked: readonly Named[] = (everyone ?? rows).filter((r) => selected.has(r.id));
  const select = (keys: Set<string>) => {
    setSelected(keys);
    if (keys.size === 0) setCollected(undefined);
  };
  // Rows under the pointer or ticked stay where they are; reading many pages
  // anew at every change would be too much.
  const [pointed, setPointed] = useState(false);
  const paused = pointed || selected.size > 0 || (list.data?.pages.length ?? 0) > mostLivePages;
  const news = useHold(devicesListKey, paused);

  const failed = (e: unknown) => toast("danger", problemText(e, t("problem.offline")));
  const [refused, setRefused] = useState<GraphError>(); // the last sync, as too soon
  const syncing = useMutation({
    mutationFn: () => graph.run(syncCall),
    onSuccess: () => {
      toast("success", t("autopilot.syncDone"));
      void client.invalidateQueries({ queryKey: settingsQuery.queryKey });
      void client.invalidateQueries({ queryKey: devicesKey });
    },
    onError: (e) => (e instanceof GraphError && e.status === 429 && e.retryAfter !== undefined ? setRefused(e) : failed(e)),
  });
  const collecting = useMutation({
    mutationFn: () => matching(wanted, new AbortController().signal),
    onSuccess: (found) => {
      setCollected({ of: asked, devices: found });
      setSelected(new Set(found.map((d) => d.id)));
    },
    onError: failed,
  });
  const assigning = useMutation({
    mutationFn: ({ device, person }: { device: Named; person: Person }) => graph.run(assignUserCall(device.id, person.userPrincipalName ?? "", person.displayName ?? "")),
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

  const exportRows = async () => {
    const { download, writeCsv } = await import("../lib/csv");
    download("autopilot-devices.csv", writeCsv([columns.map((c) => c.label), ...rows.map((r) => columns.map((c) => c.text(r)))]));
  };
  const remove = () => {
    if (ticked.length > mostUndone) {
      setPane({ bulk: "delete", devices: ticked });
      return;
    }
    later({
      keys: ticked.map((d) => d.id),
      text: t("autopilot.deleted", { count: ticked.length }),
      calls: ticked.map((d) => deleteCall(d.id)),
      touches: devicesKey,
    });
    select(new Set());
  };
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
            <span aria-live="polite">{list.data && extent}</span>
          </span>
        }
      >
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: devicesKey })}>
          {t("common.refresh")}
        </Button>
        <Button look="command" icon="arrow_download" isDisabled={rows.length === 0} onPress={() => void exportRows()}>
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
        <Button look="command" icon="arrow_sync" isDisabled={!mayWrite || syncing.isPending || refused !== undefined} onPress={() => syncing.mutate()}>
          {t("autopilot.sync")}
        </Button>
        <Button look="command" icon="arrow_import" isDisabled={!mayWrite} onPress={() => go({ import: true })}>
          {t("autopilot.import")}
        </Button>
        <Button look="command" icon="person_add" isDisabled={!mayWrite || !single} onPress={() => setPane("user")}>
          {t("autopilot.assignUser")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || ticked.length === 0} onPress={remove}>
          {t("common.delete")}
        </Button>
        <MenuButton
          look="command"
          icon="tag"
          label={t("bulk.button")}
          isDisabled={!mayWrite || ticked.length === 0}
          actions={(["tag", "unassign"] as const).map((id) => ({ id, label: t(`bulk.${id}.title`), onAction: () => setPane({ bulk: id, devices: ticked }) }))}
        >
          {t("bulk.button")}
        </MenuButton>
        <CopyCall
          actions={[
            { label: t("autopilot.sync"), calls: [syncCall] },
            ...(single ? [{ label: t("autopilot.assignUser"), calls: [assignUserCall(single.id, "{userPrincipalName}", "{displayName}")] }] : []),
            ...(ticked.length > 0 ? [{ label: t("common.delete"), calls: ticked.slice(0, 20).map((d) => deleteCall(d.id)) }] : []),
          ]}
        />
      </CommandBar>
      {refused && <TryLater error={refused} onOver={() => setRefused(undefined)} />}
      <p>{t("autopilot.intro")}</p>
      <Facts
        facts={[
          { label: t("autopilot.lastSync"), value: time(settings.data?.lastSyncDateTime) },
          { label: t("autopilot.lastRequest"), value: time(settings.data?.lastManualSyncTriggerDateTime) },
        ]}
      />
      <div className={styles.filters}>
        <SearchBox value={text} onChange={setText} hint={t("autopilot.searchHint")} />
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
        <>
          {total !== undefined && rows.length < total && rows.every((r) => selected.has(r.id)) && (
            <div className={styles.everyone} aria-live="polite">
              {everyone ? t("bulk.allMatching", { all: number(everyone.length) }) : t("bulk.allLoaded", { loaded: number(rows.length) })}
              {everyone ? (
                <Button onPress={() => select(new Set())}>{t("bulk.clear")}</Button>
              ) : (
                <Button isDisabled={collecting.isPending} onPress={() => collecting.mutate()}>
                  {collecting.isPending ? t("bulk.collecting") : t("bulk.selectMatching", { all: number(total) })}
                </Button>
              )}
            </div>
          )}
          <Grid
            onPointed={setPointed}
            label={t("autopilot.title")}
            columns={columns}
            rows={rows}
            total={total ?? -1}
            keyOf={(d) => d.id}
            nameOf={(d) => d.serialNumber ?? d.id}
            selected={selected}
            onSelect={select}
            onOpen={(d) => go({ pane: d.id })}
            sort={sort}
            onSort={(s) => go({ sort: `${s.descending ? "-" : ""}${s.by}` }, true)}
            onEnd={onEnd}
            words={{ selectAll: t("autopilot.selectAll"), selectRow: (serial) => t("autopilot.selectRow", { serial }) }}
          />
        </>
      )}
      <Suspense>
        {search.import && mayWrite && (
          <ImportPane
            importId={search.import === true ? undefined : search.import}
            onBegin={(id) => go({ import: id }, true)}
            onAnother={() => go({ import: true })}
            onClose={() => go({ import: undefined })}
          />
        )}
        {search.pane && pane === undefined && <PropertiesPane id={search.pane} mayWrite={mayWrite} onClose={() => go({ pane: undefined })} />}
        {pane === "user" && single && (
          <UserPicker busy={assigning.isPending} onClose={() => setPane(undefined)} onSelect={(person) => assigning.mutate({ device: single, person })} />
        )}
        {typeof pane === "object" && "bulk" in pane && (
          <BulkPane
            kind={pane.bulk}
            devices={pane.devices}
            onClose={(done) => {
              setPane(undefined);
              if (done) select(new Set());
            }}
          />
        )}
        {typeof pane === "object" && "status" in pane && <StatusQuestion status={pane.status} device={pane.device} onClose={() => setPane(undefined)} />}
      </Suspense>
    </>
  );
}
