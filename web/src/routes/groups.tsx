import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { FilterTabs, SearchBox } from "../components/filters";
import { Grid } from "../components/grid";
import { MenuButton } from "../components/menu-button";
import { CommandBar, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { groupListQuery, groupsKey, membershipTypes } from "../features/groups/api/groups";
import { columnIds, useColumns, usualColumns, type ColumnId } from "../features/groups/columns";
import { DeleteGroups } from "../features/groups/components/delete-groups";
import { readSort, type GroupsSearch } from "../features/groups/search";
import { download, writeCsv } from "../lib/csv";
import { useFormat } from "../lib/format";
import { useMay } from "../lib/session";
import { useSearchText } from "../lib/settled";
import { useCrumbs } from "./paths";
import styles from "./autopilot-devices.module.css";
import "../locales/en/common";
import "../locales/en/groups";
import "../locales/en/problem";

/** All groups. */
export default function Groups() {
  const { t } = useTranslation();
  return (
    <Page title={t("groups.all")} subtitle={t("groups.subtitle")} crumbs={useCrumbs(1)}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ from: "/groups" });
  const mayWrite = useMay("Group.ReadWrite.All");
  const mayCreate = useMay("Group.ReadWrite.All", "Group.Create");
  const [text, setText] = useState(search.q ?? "");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<readonly ColumnId[]>(usualColumns);
  const [deleting, setDeleting] = useState(false);
  const sort = readSort(search.sort);

  const go = useCallback((change: Partial<GroupsSearch>) => void navigate({ to: "/groups", search: (old: GroupsSearch) => ({ ...old, ...change }), replace: true }), [navigate]);
  useSearchText(
    text,
    search.q,
    useCallback((q) => go({ q }), [go]),
  );

  const list = useInfiniteQuery(groupListQuery({ q: search.q ?? "", type: search.type, sort: `${sort.by}${sort.descending ? " desc" : ""}` }));
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.value) ?? [], [list.data]);
  const total = list.data?.pages[0]?.["@odata.count"] ?? rows.length;
  const ticked = rows.filter((r) => selected.has(r.id));
  const columns = useColumns(shown);
  const onEnd = useCallback(() => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  }, [list]);
  const create = (look: "command" | "primary") => (
    <Button look={look} icon="add" isDisabled={!mayCreate} onPress={() => void navigate({ to: "/groups/new" })}>
      {t("groups.new")}
    </Button>
  );

  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar
        label={t("groups.commands")}
        end={
          <span aria-live="polite">
            {list.data && (rows.length < total ? t("groups.loadedOf", { loaded: number(rows.length), all: number(total) }) : t("groups.count", { count: total, n: number(total) }))}
          </span>
        }
      >
        {create("command")}
        <Button
          look="command"
          icon="arrow_download"
          isDisabled={rows.length === 0}
          onPress={() => download("groups.csv", writeCsv([columns.map((c) => c.label), ...rows.map((r) => columns.map((c) => c.text(r)))]))}
        >
          {t("groups.download")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || ticked.length === 0} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: groupsKey })}>
          {t("common.refresh")}
        </Button>
        <MenuButton
          look="command"
          icon="column_triple"
          label={t("groups.columnsShown")}
          actions={columnIds
            .filter((id) => id !== "name")
            .map((id) => ({
              id,
              label: id === "description" ? t("common.description") : t(`groups.${id}`),
              checked: shown.includes(id),
              onAction: () => setShown(shown.includes(id) ? shown.filter((x) => x !== id) : columnIds.filter((x) => x === id || shown.includes(x))),
            }))}
        >
          {t("common.columns")}
        </MenuButton>
      </CommandBar>
      <div className={styles.filters}>
        <SearchBox value={text} onChange={setText} hint={t("groups.searchHint")} />
        <FilterTabs
          label={t("groups.membershipType")}
          tabs={[{ label: t("groups.allTypes"), search: { type: undefined } }, ...membershipTypes.map((type) => ({ label: t(`groups.types.${type}`), search: { type } }))]}
        />
      </div>
      {list.isError && <MessageBar tone="warning">{problemText(list.error, t("problem.offline"))}</MessageBar>}
      {list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        search.q || search.type ? (
          <Empty
            title={t("groups.emptySearchTitle")}
            action={
              <Button
                onPress={() => {
                  setText("");
                  go({ q: undefined, type: undefined });
                }}
              >
                {t("groups.showAll")}
              </Button>
            }
          >
            {t("groups.emptySearch")}
          </Empty>
        ) : (
          <Empty title={t("groups.emptyTitle")} action={create("primary")}>
            {t("groups.empty")}
          </Empty>
        )
      ) : (
        <Grid
          label={t("groups.all")}
          columns={columns}
          rows={rows}
          total={total}
          keyOf={(g) => g.id}
          nameOf={(g) => g.displayName ?? g.id}
          selected={selected}
          onSelect={setSelected}
          onOpen={(g) => void navigate({ to: "/groups/$id", params: { id: g.id } })}
          sort={sort}
          onSort={(s) => go({ sort: `${s.descending ? "-" : ""}${s.by}` })}
          onEnd={onEnd}
          words={{ selectAll: t("groups.selectAll"), selectRow: (name) => t("groups.selectRow", { name }) }}
        />
      )}
      {deleting && (
        <DeleteGroups
          groups={ticked}
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
