import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Page } from "../components/page";
import { Empty, MessageBar, Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { countsQuery } from "../features/devices/api/devices";
import { groupCountQuery } from "../features/groups/api/groups";
import { profilesQuery } from "../features/profiles/api/profiles";
import { useFormat } from "../lib/format";
import { useMay, useSession } from "../lib/session";
import { profileStatuses } from "../lib/status";
import { autopilotDevices, autopilotProfiles } from "./paths";
import styles from "./home.module.css";

/** What there is, and what needs somebody. */
export default function Home() {
  const { t } = useTranslation();
  return (
    <Page title={t("home.title")}>
      <Content />
    </Page>
  );
}

function Content() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const navigate = useNavigate();
  const session = useSession();
  const may = useMay("DeviceManagementServiceConfig.Read.All");
  const counts = useQuery({ ...countsQuery, enabled: may });
  const profiles = useQuery({ ...profilesQuery, enabled: may });
  const groups = useQuery(groupCountQuery);
  const welcome = <p className={styles.welcome}>{t("home.welcome", { name: session.user.displayName })}</p>;
  if (!may) {
    return (
      <>
        {welcome}
        <Empty title={t("problem.deniedTitle")}>
          {t("problem.denied")} {t("problem.deniedRemedy")}
        </Empty>
      </>
    );
  }
  if (counts.isError) return <Problem error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.isPending) return <Skeleton rows={4} />;
  const attention = counts.data.by.attentionRequired + counts.data.by.fixPending;
  return (
    <>
      {welcome}
      {counts.data.all === 0 && (
        <Empty
          title={t("home.emptyTitle")}
          action={
            <Button look="primary" icon="arrow_import" onPress={() => void navigate({ to: autopilotDevices, search: { import: true } })}>
              {t("home.begin")}
            </Button>
          }
        >
          {t("home.empty")}
        </Empty>
      )}
      <ul className={styles.cards}>
        <li>
          <Link to={autopilotDevices}>
            <strong>{number(counts.data.all)}</strong>
            {t("home.registered")}
          </Link>
        </li>
        <li>
          <Link to={autopilotProfiles}>
            <strong>{profiles.data ? number(profiles.data.length) : t("common.none")}</strong>
            {t("home.profiles")}
          </Link>
        </li>
        <li>
          <div>
            <strong>{groups.data !== undefined ? number(groups.data) : t("common.none")}</strong>
            {t("home.groups")}
          </div>
        </li>
      </ul>
      <section>
        <h2>{t("home.statuses")}</h2>
        <ul className={styles.statuses}>
          {profileStatuses.map((s) => (
            <li key={s}>
              <Link to={autopilotDevices} search={{ status: s }}>
                <StatusWord status={s} />
                <strong>{number(counts.data.by[s])}</strong>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>{t("home.attention")}</h2>
        {attention === 0 ? (
          <p>{t("home.allWell")}</p>
        ) : (
          <MessageBar tone="warning">
            <Link to={autopilotDevices} search={{ status: counts.data.by.attentionRequired > 0 ? "attentionRequired" : "fixPending" }}>
              {t("home.attention")}: {number(attention)}
            </Link>
          </MessageBar>
        )}
      </section>
    </>
  );
}
