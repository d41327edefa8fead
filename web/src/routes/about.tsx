import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../components/icon";
import { Facts, Page } from "../components/page";
import { Problem, Skeleton } from "../components/states";
import table from "../components/table.module.css";
import { aboutQuery, type Part, type Program } from "../features/about/api/about";
import { useFormat } from "../lib/format";
import { useCrumbs } from "./paths";
import "../locales/en/about";
import "../locales/en/common";

// Beside the built pages, not of them.
const papers = [
  ["notices", "/admin/notices.txt"],
  ["parity", "/admin/parity.txt"],
] as const;

/** What program this is, how it is, and what it is made of. */
export default function About() {
  const { t } = useTranslation();
  const about = useQuery(aboutQuery);
  return (
    <Page title={t("about.title")} subtitle={t("common.taxiway")} crumbs={useCrumbs(1)}>
      {about.data ? <Loaded about={about.data} /> : about.isError ? <Problem error={about.error} onRetry={() => void about.refetch()} /> : <Skeleton />}
      <section>
        <h2>{t("about.papers")}</h2>
        <table className={table.table} aria-label={t("about.papers")}>
          <tbody>
            {papers.map(([name, href]) => (
              <tr key={name}>
                <th scope="row">
                  <a href={href} target="_blank" rel="noreferrer">
                    {t(`about.${name}`)}
                  </a>
                </th>
                <td>{t(`about.${name}Text`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Page>
  );
}

const icons: Record<Part["state"], IconName> = { good: "checkmark_circle", busy: "clock", failed: "error_circle" };
const databases = { sqlite: "SQLite", postgres: "PostgreSQL" };

function Loaded({ about: a }: { about: Program }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  return (
    <>
      <Facts
        facts={[
          { label: t("about.version"), value: a.version },
          { label: t("about.commit"), value: a.commit ?? t("common.none") },
          { label: t("about.go"), value: `${a.go} (${a.platform})` },
          { label: t("about.database"), value: databases[a.database] },
          { label: t("about.schema"), value: String(a.schema) },
        ]}
      />
      <section>
        <h2>{t("about.health")}</h2>
        <div className={table.scroll} role="region" aria-label={t("about.health")} tabIndex={0}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("about.part")}</th>
                <th scope="col">{t("about.state")}</th>
                <th scope="col">{t("about.meaning")}</th>
              </tr>
            </thead>
            <tbody>
              {a.parts.map((p) => (
                <tr key={p.name}>
                  <th scope="row">{t(`about.parts.${p.name}`)}</th>
                  <td>
                    <span className={table.word}>
                      <Icon name={icons[p.state]} />
                      {t(`about.states.${p.state}`)}
                    </span>
                  </td>
                  <td>{p.until ? t("about.until", { time: time(p.until) }) : t(`about.meanings.${p.name}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}
