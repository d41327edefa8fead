import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { TextField } from "../components/field";
import { Drawer } from "../components/overlay";
import { Facts, Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import table from "../components/table.module.css";
import { auditQuery, noRequest, type AuditEvent } from "../features/monitor/api/audit";
import styles from "../features/monitor/components/monitor.module.css";
import { useFormat } from "../lib/format";
import { useCrumbs } from "./paths";
import "../locales/en/audit";
import "../locales/en/common";
import "../locales/en/monitor";

const path = "/monitor/audit";

/** What was done, by whom, with what result. */
export default function Audit() {
  const { t } = useTranslation();
  return (
    <Page title={t("audit.title")} subtitle={t("audit.subtitle")} crumbs={useCrumbs(1)}>
      <Content />
    </Page>
  );
}

const blank = { who: "", activity: "", from: "", to: "" };

function Content() {
  const { t } = useTranslation();
  const { time } = useFormat();
  const navigate = useNavigate();
  const search = useSearch({ from: path });
  const wanted = { who: search.who ?? "", activity: search.activity ?? "", from: search.from ?? "", to: search.to ?? "" };
  const [entered, setEntered] = useState(wanted);
  const [open, setOpen] = useState<AuditEvent>();
  const list = useInfiniteQuery(auditQuery(wanted));
  const rows = list.data?.pages.flatMap((p) => p.value) ?? [];
  const apply = (next: typeof blank) => {
    setEntered(next);
    void navigate({ to: path, search: Object.fromEntries(Object.entries(next).filter(([, v]) => v !== "")) });
  };
  const field = (name: keyof typeof blank, hint?: string) => (
    <TextField label={t(`audit.${name}`)} value={entered[name]} onChange={(v) => setEntered({ ...entered, [name]: v })} {...(hint ? { placeholder: hint } : {})} />
  );
  const filtered = Object.values(wanted).some((v) => v !== "");
  return (
    <>
      <form
        className={styles.filters}
        onSubmit={(e) => {
          e.preventDefault();
          apply(entered);
        }}
      >
        {field("who", t("audit.whoHint"))}
        {field("activity", t("audit.activityHint"))}
        {field("from", t("audit.dayHint"))}
        {field("to", t("audit.dayHint"))}
        <Button look="primary" type="submit">
          {t("audit.apply")}
        </Button>
        {filtered && <Button onPress={() => apply(blank)}>{t("audit.clear")}</Button>}
      </form>
      {list.isError && !list.data ? (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton rows={8} />
      ) : rows.length === 0 ? (
        <Empty title={t("audit.emptyTitle")} action={filtered && <Button onPress={() => apply(blank)}>{t("audit.clear")}</Button>}>
          {t("audit.empty")}
        </Empty>
      ) : (
        <div className={table.scroll}>
          <table className={`${table.table} ${styles.nowrap}`}>
            <caption className="visually-hidden">{t("audit.title")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("audit.at")}</th>
                <th scope="col">{t("audit.activity")}</th>
                <th scope="col">{t("audit.target")}</th>
                <th scope="col">{t("audit.actor")}</th>
                <th scope="col">{t("audit.result")}</th>
                <th scope="col">{t("audit.details")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((e) => (
                <tr key={e.id}>
                  <td>{time(e.activityDateTime)}</td>
                  <th scope="row">{e.displayName}</th>
                  <td className={styles.wrap}>{e.resources[0]?.displayName || e.resources[0]?.resourceId || t("common.none")}</td>
                  <td>{actorOf(e) || t("common.none")}</td>
                  <td>{e.activityResult}</td>
                  <td>
                    <Button look="command" aria-label={t("audit.showDetails", { activity: e.displayName, time: time(e.activityDateTime) })} onPress={() => setOpen(e)}>
                      {t("common.show")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          {t("monitor.more")}
        </Button>
      )}
      {open && <Details event={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const actorOf = (e: AuditEvent) => e.actor.userPrincipalName ?? e.actor.applicationDisplayName ?? "";

function Details({ event: e, onClose }: { event: AuditEvent; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const changed = e.resources.flatMap((r) => r.modifiedProperties);
  return (
    <Drawer title={e.displayName} subtitle={time(e.activityDateTime)} onClose={onClose}>
      <Facts
        facts={[
          { label: t("audit.target"), value: e.resources.map((r) => `${r.displayName} (${r.auditResourceType}, ${r.resourceId})`).join(", ") },
          { label: t("audit.actor"), value: actorOf(e) || t("common.none") },
          { label: t("audit.application"), value: e.actor.applicationDisplayName ?? t("common.none") },
          { label: t("audit.address"), value: e.actor.ipAddress ?? t("common.none") },
          { label: t("audit.request"), value: e.correlationId === noRequest ? t("common.none") : e.correlationId },
        ]}
      />
      {changed.length > 0 && (
        <table className={table.table}>
          <caption>{t("audit.changes")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("audit.property")}</th>
              <th scope="col">{t("audit.before")}</th>
              <th scope="col">{t("audit.after")}</th>
            </tr>
          </thead>
          <tbody>
            {changed.map((c, i) => (
              <tr key={`${c.displayName} ${i}`}>
                <th scope="row">{c.displayName}</th>
                <td>{c.oldValue || t("common.none")}</td>
                <td>{c.newValue || t("common.none")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {/* At its end, so that the keyboard can scroll the pane. */}
      <Button onPress={onClose}>{t("common.close")}</Button>
    </Drawer>
  );
}
