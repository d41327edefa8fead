import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../components/button";
import { MenuButton } from "../components/menu-button";
import { CommandBar, Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import { profilesKey, profilesQuery, type Profile } from "../features/profiles/api/profiles";
import { download, writeCsv } from "../lib/csv";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { useCrumbs, windowsEnrollment } from "./paths";
import { DeleteProfile } from "./profile";
import styles from "../components/table.module.css";
import "../locales/en/common";
import "../locales/en/profiles";

/** Windows Autopilot deployment profiles. */
export default function Profiles() {
  const { t } = useTranslation();
  return (
    <Page title={t("profiles.title")} subtitle={t("profiles.subtitle")} crumbs={useCrumbs(4)} closeTo={windowsEnrollment}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayWrite = useMay(mayWriteAutopilot);
  const list = useQuery(profilesQuery);
  const [doomed, setDoomed] = useState<Profile>();
  const join = (p: Profile) => (p["@odata.type"]?.includes("activeDirectory") ? t("profiles.joinHybrid") : t("profiles.joinEntra"));
  const assigned = (p: Profile) => ((p.assignments?.length ?? 0) > 0 ? t("common.yes") : t("common.no"));
  const create = (look: "command" | "primary") => (
    <MenuButton
      look={look}
      icon="add"
      isDisabled={!mayWrite}
      label={t("profiles.createProfile")}
      actions={[
        {
          id: "pc",
          label: t("profiles.windowsPc"),
          icon: "desktop",
          onAction: () => void navigate({ to: "/devices/windows/enrollment/autopilot/profiles/new", search: { step: 1 } }),
        },
      ]}
    >
      {t("profiles.createProfile")}
    </MenuButton>
  );
  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar label={t("profiles.commands")} end={list.data && t("profiles.count", { count: list.data.length })}>
        {create("command")}
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: profilesKey })}>
          {t("common.refresh")}
        </Button>
        <Button
          look="command"
          icon="arrow_download"
          isDisabled={!list.data?.length}
          onPress={() =>
            download(
              "deployment-profiles.csv",
              writeCsv([
                [t("common.name"), t("common.description"), t("profiles.joinType"), t("profiles.assigned")],
                ...(list.data ?? []).map((p) => [p.displayName ?? "", p.description ?? "", join(p), assigned(p)]),
              ]),
            )
          }
        >
          {t("common.export")}
        </Button>
      </CommandBar>
      <p>{t("profiles.intro")}</p>
      {list.isPending ? (
        <Skeleton />
      ) : list.data.length === 0 ? (
        <Empty title={t("profiles.emptyTitle")} action={create("primary")}>
          {t("profiles.empty")}
        </Empty>
      ) : (
        <div className={styles.scroll} role="region" aria-label={t("profiles.title")} tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t("common.name")}</th>
                <th scope="col">{t("common.description")}</th>
                <th scope="col">{t("profiles.joinType")}</th>
                <th scope="col">{t("profiles.assigned")}</th>
                {mayWrite && (
                  <th scope="col">
                    <span className="visually-hidden">{t("common.delete")}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {list.data.map((p) => (
                <tr key={p.id}>
                  <th scope="row">
                    <Link to="/devices/windows/enrollment/autopilot/profiles/$id" params={{ id: p.id }}>
                      {p.displayName}
                    </Link>
                  </th>
                  <td>{p.description || t("profiles.noDescription")}</td>
                  <td>{join(p)}</td>
                  <td>{assigned(p)}</td>
                  {mayWrite && (
                    <td>
                      <IconButton icon="delete" label={t("profiles.deleteNamed", { name: p.displayName ?? "" })} onPress={() => setDoomed(p)} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {doomed && <DeleteProfile profile={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
