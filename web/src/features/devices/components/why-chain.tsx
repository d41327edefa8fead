import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../../components/icon";
import { useFormat } from "../../../lib/format";
import type { Check, CheckLink, CheckState, Clause, Explanation } from "../api/explain";
import { say } from "./why-words";
import styles from "./why.module.css";
import "../../../locales/en/why";

const icons: Record<CheckState, IconName> = { pass: "checkmark_circle", fail: "error_circle", waiting: "clock" };

/** How a check came out, in a picture and for screen readers in a word. */
function Outcome({ state }: { state: CheckState }) {
  const { t } = useTranslation();
  return (
    <span className={`${styles.outcome} ${styles[state]}`}>
      <Icon name={icons[state]} />
      <span className="visually-hidden">{t(`why.state.${state}`)}: </span>
    </span>
  );
}

const one = {
  user: "/users/$id",
  windowsAutopilotDeploymentProfile: "/devices/windows/enrollment/autopilot/profiles/$id",
  deviceEnrollmentConfiguration: "/devices/windows/enrollment/esp/$id",
  windowsAutopilotDeploymentEvent: "/monitor/deployments/$id",
} as const;
const settings = {
  deviceRegistrationPolicy: "/identity/devices/settings",
  mobileDeviceManagementPolicy: "/devices/windows/enrollment/automatic",
} as const;

/** The way to what a check is about, when there is a page of it. */
function Way({ link, what }: { link: CheckLink | null; what: string }) {
  const { t } = useTranslation();
  const look = { className: styles.link ?? "", "aria-label": t("why.openNamed", { what }) };
  if (link === null) return null;
  if (link.id !== null && link.type in one)
    return (
      <Link to={one[link.type as keyof typeof one]} params={{ id: link.id }} {...look}>
        {t("why.open")}
      </Link>
    );
  if (link.type in settings)
    return (
      <Link to={settings[link.type as keyof typeof settings]} {...look}>
        {t("why.open")}
      </Link>
    );
  return null;
}

/** The checks from registration to desktop. */
export function Chain({ why }: { why: Explanation }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  return (
    <>
      <h4>{t("why.chain")}</h4>
      <ol className={styles.chain}>
        {why.checks.map((c) => (
          <li key={c.step}>
            <Outcome state={c.state} />
            <div className={styles.check}>
              <span className={styles.step}>
                <strong>{t(`why.step.${c.step}`)}</strong>
                {c.dateTime && <time dateTime={c.dateTime}>{time(c.dateTime)}</time>}
                {c.parts.length === 0 && <Way link={c.link} what={t(`why.step.${c.step}`)} />}
              </span>
              <span>{say(t, c.text)}</span>
              <Within check={c} why={why} />
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function Within({ check, why }: { check: Check; why: Explanation }) {
  const { t } = useTranslation();
  if (check.step === "groups" && why.groups.length > 0)
    return (
      <ul className={styles.checks}>
        {why.groups.map((g) => (
          <li key={g.id}>
            <Outcome state={g.isMember ? "pass" : "fail"} />
            <div className={styles.check}>
              <span>
                <Link to="/groups/$id" params={{ id: g.id }} className={styles.link ?? ""}>
                  {g.displayName}
                </Link>
                : {g.isMember ? t("why.member") : t("why.noMember")}
                {g.isPaused && ` ${t("why.paused")}`}
              </span>
              {g.membershipRuleEvaluationDetails ? <Clauses of={g.membershipRuleEvaluationDetails} /> : g.membershipRule && <code>{g.membershipRule}</code>}
            </div>
          </li>
        ))}
      </ul>
    );
  if (check.step === "profiles" && why.profiles.length > 0)
    return (
      <ul className={styles.checks}>
        {why.profiles.map((p) => (
          <li key={p.id}>
            <Outcome state={p.verdict === "chosen" ? "pass" : "fail"} />
            <span className={p.verdict === "excluded" ? styles.excluded : undefined}>
              <Link to="/devices/windows/enrollment/autopilot/profiles/$id" params={{ id: p.id }} className={styles.link ?? ""}>
                {p.displayName}
              </Link>
              : {say(t, p.reasonText)}
            </span>
          </li>
        ))}
      </ul>
    );
  if (check.parts.length === 0) return null;
  return (
    <ul className={styles.checks}>
      {check.parts.map((p) => {
        const what = say(t, p.text);
        return (
          <li key={what}>
            <Outcome state={p.state} />
            <span>
              {what} <Way link={p.link} what={what} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The clauses of a rule, each with its outcome and what the device has. The
 * values that -any and -all walk through are one line already. */
function Clauses({ of: c }: { of: Clause }) {
  const { t } = useTranslation();
  const property = c.propertyToEvaluate;
  return (
    <div className={styles.clause}>
      <span>
        <Outcome state={c.expressionResult ? "pass" : "fail"} />
        <code>{c.expression}</code>
      </span>
      {property && (
        <span className={styles.has}>
          {property.propertyValue.trim() === ""
            ? t("why.hasNothing", { property: property.propertyName })
            : t("why.has", { property: property.propertyName, value: property.propertyValue })}
        </span>
      )}
      {!property && c.expressionEvaluationDetails.map((d, i) => <Clauses key={`${i} ${d.expression}`} of={d} />)}
    </div>
  );
}
