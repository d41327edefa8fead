import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/button";
import { Icon } from "../../../components/icon";
import { problemText } from "../../../components/states";
import { detailOf, type Member } from "../api/members";
import { deciding, verdictQuery, type Explanation } from "../api/rules";
import type { MemberKind } from "../rule/rows";
import { MemberPicker } from "./member-picker";
import styles from "./validate.module.css";
import "../../../locales/en/groups";
import "../../../locales/en/problem";
import "../../../locales/en/rules";

/** Validate Rules: tries a rule on some devices or people, and tells which part
 * of it decided. */
export function Validate({ rule, kind, good }: { rule: string; kind: MemberKind; good: boolean }) {
  const { t } = useTranslation();
  const [tried, setTried] = useState<readonly Member[]>([]);
  const [picking, setPicking] = useState(false);
  const add = kind === "user" ? t("rules.addUsers") : t("rules.addDevices");
  return (
    <div className={styles.stack}>
      <p>{kind === "user" ? t("rules.validateUsers") : t("rules.validateDevices")}</p>
      <div>
        <Button icon="add" onPress={() => setPicking(true)}>
          {add}
        </Button>
      </div>
      {!good && <p>{t("rules.validateFirst")}</p>}
      {tried.length > 0 && (
        <ul className={styles.list} aria-label={t("rules.validate")}>
          {tried.map((m) => (
            <li key={m.id}>
              <Tried rule={rule} member={m} good={good} />
              <IconButton icon="dismiss" label={t("groups.removeNamed", { name: m.displayName ?? m.id })} onPress={() => setTried(tried.filter((x) => x.id !== m.id))} />
            </li>
          ))}
        </ul>
      )}
      {picking && (
        <MemberPicker
          title={add}
          kinds={[kind]}
          onClose={() => setPicking(false)}
          onSelect={(more) => {
            setTried([...tried, ...more.filter((m) => !tried.some((x) => x.id === m.id))]);
            setPicking(false);
          }}
        />
      )}
    </div>
  );
}

function Tried({ rule, member, good }: { rule: string; member: Member; good: boolean }) {
  const { t } = useTranslation();
  const verdict = useQuery({ ...verdictQuery(rule, member.id), enabled: good });
  const inside = verdict.data?.membershipRuleEvaluationResult;
  return (
    <div className={styles.tried}>
      <div className={styles.line}>
        <span className={styles.name}>{member.displayName}</span>
        <span className={styles.detail}>{detailOf(member)}</span>
        {inside !== undefined && (
          <span className={`${styles.verdict} ${inside ? styles.in : styles.out}`}>
            <Icon name={inside ? "checkmark_circle" : "dismiss"} />
            {inside ? t("rules.in") : t("rules.notIn")}
          </span>
        )}
      </div>
      {verdict.isError && <p>{problemText(verdict.error, t("problem.offline"))}</p>}
      {verdict.data && (
        <>
          <ul className={styles.clauses}>
            {deciding(verdict.data.membershipRuleEvaluationDetails).map((e, i) => (
              <Clause key={i} part={e} />
            ))}
          </ul>
          {verdict.data.membershipRuleEvaluationDetails.expressionEvaluationDetails.length > 0 && (
            <details>
              <summary className={styles.summary}>{t("rules.everyPart")}</summary>
              <ul className={styles.clauses}>
                <Clause part={verdict.data.membershipRuleEvaluationDetails} deep />
              </ul>
            </details>
          )}
        </>
      )}
    </div>
  );
}

/** One part of the rule, what it came to, and the value it looked at. */
function Clause({ part, deep = false }: { part: Explanation; deep?: boolean }) {
  const { t } = useTranslation();
  return (
    <li className={styles.clause}>
      <code>{part.expression}</code> <strong>{part.expressionResult ? t("rules.holds") : t("rules.fails")}</strong>
      {part.propertyToEvaluate && (
        <span className={styles.detail}>
          {part.propertyToEvaluate.propertyValue === ""
            ? t("rules.noValue", { name: part.propertyToEvaluate.propertyName })
            : t("rules.theValue", { name: part.propertyToEvaluate.propertyName, value: part.propertyToEvaluate.propertyValue })}
        </span>
      )}
      {deep && part.expressionEvaluationDetails.length > 0 && (
        <ul className={styles.clauses}>
          {part.expressionEvaluationDetails.map((e, i) => (
            <Clause key={i} part={e} deep />
          ))}
        </ul>
      )}
    </li>
  );
}
