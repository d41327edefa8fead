import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { CopyCall } from "../../../components/copy-call";
import { Icon, type IconName } from "../../../components/icon";
import { useFormat } from "../../../lib/format";
import { useSession } from "../../../lib/session";
import type { Facts, Step, StepName } from "../api/guide";
import { stepCalls } from "../calls";
import { finished, shownState, type Memory, type Shown } from "../memory";
import styles from "./steps.module.css";
import "../../../locales/en/guide";

const icons: Record<Shown, IconName> = {
  notStarted: "circle",
  partly: "clock",
  done: "checkmark_circle",
  skipped: "arrow_right",
  broken: "warning",
  unknown: "question_circle",
};

const autopilot = "/devices/windows/enrollment/autopilot";
const places: Record<StepName, { to: string; search?: Record<string, unknown> }> = {
  enrollment: { to: "/devices/windows/enrollment/automatic" },
  join: { to: "/identity/devices/settings" },
  register: { to: `${autopilot}/devices`, search: { import: true } },
  group: { to: "/groups/new" },
  esp: { to: "/devices/windows/enrollment/esp/new" },
  profile: { to: `${autopilot}/profiles/new` },
  user: { to: `${autopilot}/devices` },
  deploy: { to: "/monitor/deployments" },
};

/** A bar with how many of the eight steps need nothing more. */
export function GuideBar({ steps, memory }: { steps: readonly Step[]; memory: Memory }) {
  const { t } = useTranslation();
  const n = finished(steps, memory);
  const text = t("guide.progress", { n, all: steps.length });
  return (
    <p className={styles.bar}>
      <progress value={n} max={steps.length} aria-label={t("guide.title")} />
      <strong>{text}</strong>
    </p>
  );
}

/** The eight cards. */
export function GuideSteps({ steps, memory, onSkip }: { steps: readonly Step[]; memory: Memory; onSkip: (on: boolean) => void }) {
  return (
    <ol className={styles.steps}>
      {steps.map((s, i) => (
        <Card key={s.step} n={i + 1} step={s} shown={shownState(s, memory)} onSkip={onSkip} />
      ))}
    </ol>
  );
}

function Card({ n, step, shown, onSkip }: { n: number; step: Step; shown: Shown; onSkip: (on: boolean) => void }) {
  const { t } = useTranslation();
  const { tenant } = useSession();
  const evidence = useEvidence(step);
  const name = step.step;
  const title = t(`guide.steps.${name}.title`);
  const deployment = name === "deploy" ? String(step.facts["deployment"] ?? "") : "";
  const failed = name === "deploy" ? String(step.facts["failed"] ?? "") : "";
  return (
    <li className={`${styles.card} ${styles[shown]}`}>
      <div className={styles.head}>
        <h2>
          {n}. {title}
        </h2>
        <span className={styles.state}>
          <Icon name={icons[shown]} />
          {t(`guide.states.${shown}`)}
        </span>
      </div>
      <p>{t(`guide.steps.${name}.text`)}</p>
      <p className={styles.evidence}>{evidence}</p>
      <div className={styles.actions}>
        <Link {...places[name]} className={shown === "done" || shown === "skipped" ? styles.plain : styles.primary}>
          {t(`guide.steps.${name}.button`)}
        </Link>
        {deployment && (
          <Link to="/monitor/deployments/$id" params={{ id: deployment }} className={styles.plain}>
            {t("guide.showTimeline")}
          </Link>
        )}
        {failed && (
          <Link to="/monitor/deployments/$id" params={{ id: failed }} className={styles.plain}>
            {t("guide.showFailed")}
          </Link>
        )}
        {name === "deploy" && tenant.lab && (
          <Link to="/lab" search={{ create: true }} className={styles.plain}>
            {t("guide.tryIt")}
          </Link>
        )}
        {name === "user" && shown !== "done" && <Button onPress={() => onSkip(shown !== "skipped")}>{shown === "skipped" ? t("guide.unskip") : t("guide.skip")}</Button>}
        <CopyCall actions={[{ label: title, calls: stepCalls[name] }]} />
      </div>
      {name === "deploy" && !tenant.lab && (
        <p>
          {t("guide.tryCommand")} <code>taxiway pc create desk &amp;&amp; taxiway pc boot desk --watch</code>
        </p>
      )}
      <details className={styles.checked}>
        <summary>{t("guide.how")}</summary>
        <p>{t(`guide.steps.${name}.check`)}</p>
      </details>
    </li>
  );
}

/** What a step was judged by, in words. */
function useEvidence(step: Step): string {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (step.state === "unknown") return t("guide.unknown");
  const f: Facts = step.facts;
  const n = (key: string) => Number(f[key] ?? 0);
  const amount = (key: string) => ({ count: n(key), n: number(n(key)) });
  const said = (key: string) => String(f[key] ?? "");
  const who = { users: number(n("users")), groups: number(n("groups")) };
  switch (step.step) {
    case "enrollment":
      return said("scope") === "all" ? t("guide.evidence.scopeAll") : said("scope") === "selected" ? t("guide.evidence.scopeSome", who) : t("guide.evidence.scopeNone");
    case "join": {
      const text = said("scope") === "all" ? t("guide.evidence.joinAll") : said("scope") === "selected" ? t("guide.evidence.joinSelected", who) : t("guide.evidence.joinNone");
      return f["mfa"] === true ? `${text} ${t("guide.evidence.joinMfa")}` : text;
    }
    case "register":
      return [t("guide.evidence.devices", amount("devices")), n("failed") > 0 ? t("guide.evidence.failed", amount("failed")) : ""].filter(Boolean).join(" ");
    case "group":
      return said("name") ? t("guide.evidence.group", { name: said("name") }) : n("groups") > 0 ? t("guide.evidence.groupEmpty") : t("guide.evidence.groupNone");
    case "esp":
      return said("name") ? t("guide.evidence.esp", { name: said("name") }) : n("pages") > 0 ? t("guide.evidence.espUnused") : t("guide.evidence.espNone");
    case "profile":
      if (n("profiles") === 0) return t("guide.evidence.profileNone");
      if (!said("name")) return t("guide.evidence.profileUnused");
      return t("guide.evidence.profile", { name: said("name"), assigned: number(n("assigned")), assigning: number(n("assigning")) });
    case "user":
      return step.state === "done" ? t("guide.evidence.user") : t("guide.evidence.userNone");
    case "deploy":
      if (said("deployment")) return t("guide.evidence.deployed");
      if (n("running") > 0) return t("guide.evidence.running", amount("running"));
      return said("failed") ? t("guide.evidence.deployFailed", { reason: said("reason") }) : t("guide.evidence.deployNone");
  }
}
