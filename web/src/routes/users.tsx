import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { FilterTabs, SearchBox } from "../components/filters";
import { Grid } from "../components/grid";
import { CommandBar, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { userListQuery, usersKey } from "../features/users/api/users";
import { useColumns } from "../features/users/columns";
import { DeleteUsers } from "../features/users/components/delete-users";
import { readSort, type UsersSearch } from "../features/users/search";
import { download, writeCsv } from "../lib/csv";
import { useFormat } from "../lib/format";
import { useMay } from "../lib/session";
import { useSearchText } from "../lib/settled";
import { useCrumbs } from "./paths";
import styles from "./autopilot-devices.module.css";
import "../locales/en/common";
import "../locales/en/groups";
import "../locales/en/people";
import "../locales/en/problem";

const NewUser = lazy(() => import("../features/users/components/new-user"));

/** Users. */
export default function Users() {
  const { t } = useTranslation();
  return (
    <Page title={t("people.all")} crumbs={useCrumbs(1)}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ from: "/users" });
  const mayWrite = useMay("User.ReadWrite.All");
  const [text, setText] = useState(search.q ?? "");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState(false);
  const sort = readSort(search.sort);
  const go = useCallback((change: Partial<UsersSearch>) => void navigate({ to: "/users", search: (old: UsersSearch) => ({ ...old, ...change }), replace: true }), [navigate]);
  useSearchText(
    text,
    search.q,
    useCallback((q) => go({ q }), [go]),
  );
  const list = useInfiniteQuery(userListQuery({ q: search.q ?? "", enabled: search.enabled, sort: `${sort.by}${sort.descending ? " desc" : ""}` }));
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.value) ?? [], [list.data]);
  const total = list.data?.pages[0]?.["@odata.count"] ?? rows.length;
  const columns = useColumns();
  const word = (value: boolean | null | undefined) => (value ? t("common.yes") : t("common.no"));
  const ticked = rows.filter((p) => selected.has(p.id));
  /** The rows that are ticked, or all that are loaded. */
  const exportRows = () => {
    const head = [t("people.displayName"), t("people.userName"), t("people.accountEnabled"), t("people.licence"), t("people.department"), t("people.usageLocation")];
    const lines = (ticked.length > 0 ? ticked : rows).map((p) => [
      p.displayName ?? "",
      p.userPrincipalName ?? "",
      word(p.accountEnabled),
      word(p.mdmLicensed),
      p.department ?? "",
      p.usageLocation ?? "",
    ]);
    download("users.csv", writeCsv([head, ...lines]));
  };
  const onEnd = useCallback(() => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  }, [list]);

  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar
        label={t("people.commands")}
        end={
          <span aria-live="polite">
            {list.data && (rows.length < total ? t("people.loadedOf", { loaded: number(rows.length), all: number(total) }) : t("people.count", { count: total, n: number(total) }))}
          </span>
        }
      >
        <Button look="command" icon="person_add" isDisabled={!mayWrite} onPress={() => go({ new: true })}>
          {t("people.new")}
        </Button>
        <Button look="command" icon="arrow_download" isDisabled={rows.length === 0} onPress={exportRows}>
          {t("common.export")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || ticked.length === 0} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: usersKey })}>
          {t("common.refresh")}
        </Button>
      </CommandBar>
      <div className={styles.filters}>
        <SearchBox value={text} onChange={setText} hint={t("people.searchHint")} />
        <FilterTabs
          label={t("people.account")}
          tabs={[
            { label: t("people.everybody"), search: { enabled: undefined } },
            { label: t("people.enabled"), search: { enabled: true } },
            { label: t("people.disabled"), search: { enabled: false } },
          ]}
        />
      </div>
      {list.isError && <MessageBar tone="warning">{problemText(list.error, t("problem.offline"))}</MessageBar>}
      {list.isPending ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 ? (
        <Empty
          title={t("people.emptyTitle")}
          action={
            <Button
              onPress={() => {
                setText("");
                go({ q: undefined, enabled: undefined });
              }}
            >
              {t("people.showAll")}
            </Button>
          }
        >
          {t("people.empty")}
        </Empty>
      ) : (
        <Grid
          label={t("people.all")}
          columns={columns}
          rows={rows}
          total={total}
          keyOf={(p) => p.id}
          nameOf={(p) => p.displayName ?? p.id}
          selected={selected}
          onSelect={setSelected}
          onOpen={(p) => void navigate({ to: "/users/$id", params: { id: p.id } })}
          sort={sort}
          onSort={(s) => go({ sort: `${s.descending ? "-" : ""}${s.by}` })}
          onEnd={onEnd}
          words={{ selectAll: t("people.selectAll"), selectRow: (name) => t("groups.selectRow", { name }) }}
        />
      )}
      {deleting && (
        <DeleteUsers
          people={ticked}
          onClose={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            setSelected(new Set());
          }}
        />
      )}
      <Suspense>{search.new && mayWrite && <NewUser onClose={() => go({ new: undefined })} onDone={(p) => void navigate({ to: "/users/$id", params: { id: p.id } })} />}</Suspense>
    </>
  );
}
