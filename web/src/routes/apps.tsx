import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { SearchBox } from "../components/filters";
import { Grid } from "../components/grid";
import { CommandBar, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { appListQuery, appsKey } from "../features/apps/api/apps";
import { useColumns } from "../features/apps/columns";
import { DeleteApps } from "../features/apps/components/delete-apps";
import { readSort, type AppsSearch } from "../features/apps/search";
import { download, writeCsv } from "../lib/csv";
import { useFormat } from "../lib/format";
import { mayWriteApps, useMay } from "../lib/session";
import { useSearchText } from "../lib/settled";
import { useCrumbs } from "./paths";
import styles from "./autopilot-devices.module.css";
import "../locales/en/apps";
import "../locales/en/common";
import "../locales/en/problem";

/** All apps that PCs can get. */
export default function Apps() {
  const { t } = useTranslation();
  return (
    <Page title={t("apps.all")} subtitle={t("apps.subtitle")} crumbs={useCrumbs(1)}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ from: "/apps" });
  const mayWrite = useMay(mayWriteApps);
  const [text, setText] = useState(search.q ?? "");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState(false);
  const sort = readSort(search.sort);
  const go = useCallback((change: Partial<AppsSearch>) => void navigate({ to: "/apps", search: (old: AppsSearch) => ({ ...old, ...change }), replace: true }), [navigate]);
  useSearchText(
    text,
    search.q,
    useCallback((q) => go({ q }), [go]),
  );
  const list = useInfiniteQuery(appListQuery({ q: search.q ?? "", sort: `${sort.by}${sort.descending ? " desc" : ""}` }));
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.value) ?? [], [list.data]);
  const total = list.data?.pages[0]?.["@odata.count"] ?? rows.length;
  const ticked = rows.filter((r) => selected.has(r.id));
  const columns = useColumns();
  const onEnd = useCallback(() => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  }, [list]);
  const create = (look: "command" | "primary") => (
    <Button look={look} icon="add" isDisabled={!mayWrite} onPress={() => void navigate({ to: "/apps/new", search: { step: 1 } })}>
      {t("apps.add")}
    </Button>
  );

  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar
        label={t("apps.commands")}
        end={
          <span aria-live="polite">
            {list.data && (rows.length < total ? t("apps.loadedOf", { loaded: number(rows.length), all: number(total) }) : t("apps.count", { count: total, n: number(total) }))}
          </span>
        }
      >
        {create("command")}
        <Button
          look="command"
          icon="arrow_download"
          isDisabled={rows.length === 0}
          onPress={() => download("apps.csv", writeCsv([columns.map((c) => c.label), ...(ticked.length > 0 ? ticked : rows).map((r) => columns.map((c) => c.text(r)))]))}
        >
          {t("common.export")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || ticked.length === 0} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: appsKey })}>
          {t("common.refresh")}
        </Button>
      </CommandBar>
      <div className={styles.filters}>
        <SearchBox value={text} onChange={setText} hint={t("apps.searchHint")} />
      </div>
      {list.isError && <MessageBar tone="warning">{problemText(list.error, t("problem.offline"))}</MessageBar>}
      {list.isPending ? (
        <Skeleton rows={8} />
      ) : rows.length === 0 ? (
        search.q ? (
          <Empty
            title={t("apps.noneFound")}
            action={
              <Button
                onPress={() => {
                  setText("");
                  go({ q: undefined });
                }}
              >
                {t("apps.showAll")}
              </Button>
            }
          >
            {t("apps.otherName")}
          </Empty>
        ) : (
          <Empty title={t("apps.emptyTitle")} action={create("primary")}>
            {t("apps.emptyText")}
          </Empty>
        )
      ) : (
        <Grid
          label={t("apps.all")}
          columns={columns}
          rows={rows}
          total={total}
          keyOf={(a) => a.id}
          nameOf={(a) => a.displayName ?? a.id}
          selected={selected}
          onSelect={setSelected}
          onOpen={(a) => void navigate({ to: "/apps/$id", params: { id: a.id } })}
          sort={sort}
          onSort={(s) => go({ sort: `${s.descending ? "-" : ""}${s.by}` })}
          onEnd={onEnd}
          words={{ selectAll: t("apps.selectAll"), selectRow: (name) => t("apps.selectRow", { name }) }}
        />
      )}
      {deleting && (
        <DeleteApps
          apps={ticked}
          onClose={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            setSelected(new Set());
          }}
        />
      )}
    </>
  );
}
