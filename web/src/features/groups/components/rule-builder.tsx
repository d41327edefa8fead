import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../../../components/button";
import { Select, TextField } from "../../../components/field";
import { offered, operatorsOf, type MemberKind, type Row, type RuleProperty } from "../rule/rows";
import styles from "./rule-builder.module.css";
import "../../../locales/en/rules";

interface Props {
  rows: readonly Row[];
  onChange: (rows: Row[]) => void;
  language: readonly RuleProperty[];
  kind: MemberKind;
}

export const emptyRow: Row = { join: "and", property: "", operator: "", value: "" };

/** A rule as lines of property, operator and value. */
export function RuleBuilder({ rows, onChange, language, kind }: Props) {
  const { t } = useTranslation();
  const shown = rows.length === 0 ? [emptyRow] : rows;
  const change = (at: number, part: Partial<Row>) => onChange(shown.map((r, i) => (i === at ? { ...r, ...part } : r)));
  return (
    <div className={styles.builder}>
      <div className={styles.head} aria-hidden="true">
        <span>{t("rules.andOr")}</span>
        <span>{t("rules.property")}</span>
        <span>{t("rules.operator")}</span>
        <span>{t("rules.value")}</span>
        <span />
      </div>
      <ol className={styles.rows} aria-label={t("rules.expressions")}>
        {shown.map((row, i) => (
          // A line has no name of its own: its place is what it is known by.
          <li key={i} className={styles.row}>
            {i === 0 ? (
              <span className={styles.first} />
            ) : (
              <Select
                bare
                label={t("rules.andOr")}
                value={row.join}
                onChange={(join) => change(i, { join })}
                options={[
                  { value: "and", label: t("rules.and") },
                  { value: "or", label: t("rules.or") },
                ]}
              />
            )}
            <Line row={row} language={language} kind={kind} onChange={(part) => change(i, part)} />
            <IconButton icon="delete" label={t("rules.removeRow", { n: i + 1 })} onPress={() => onChange(shown.filter((_, k) => k !== i))} />
          </li>
        ))}
      </ol>
      <div>
        <Button look="command" icon="add" onPress={() => onChange([...shown, emptyRow])}>
          {t("rules.addExpression")}
        </Button>
      </div>
    </div>
  );
}

function Line({ row, language, kind, onChange }: { row: Row; language: readonly RuleProperty[]; kind: MemberKind; onChange: (part: Partial<Row>) => void }) {
  const { t } = useTranslation();
  const operatorLabel = useOperatorLabel();
  const properties = offered(language, kind).map((p) => ({ value: `${p.object}.${p.name}`, label: p.name }));
  const property = language.find((p) => `${p.object}.${p.name}` === row.property);
  if (property && property.object !== kind) properties.push({ value: row.property, label: row.property }); // of a rule for the others
  const known = property ? operatorsOf(property) : [];
  const operators = row.operator === "" || known.includes(row.operator) ? known : [...known, row.operator];
  return (
    <>
      <Select
        bare
        label={t("rules.property")}
        placeholder={t("rules.chooseProperty")}
        value={row.property}
        options={properties}
        onChange={(name) => {
          const next = language.find((p) => `${p.object}.${p.name}` === name);
          onChange({ property: name, ...(next && !operatorsOf(next).includes(row.operator) ? { operator: "", value: "" } : {}) });
        }}
      />
      <Select
        bare
        label={t("rules.operator")}
        placeholder={t("rules.chooseOperator")}
        value={row.operator}
        disabled={!property}
        options={operators.map((o) => ({ value: o, label: operatorLabel(o) }))}
        onChange={(operator) => onChange({ operator })}
      />
      <Value row={row} property={property} onChange={(value) => onChange({ value })} />
    </>
  );
}

type OperatorKey =
  "eq" | "ne" | "startsWith" | "notStartsWith" | "endsWith" | "notEndsWith" | "contains" | "notContains" | "match" | "notMatch" | "in" | "notIn" | "ge" | "le" | "any" | "all";

/** Operators in words: "Any: Starts With". */
function useOperatorLabel(): (operator: string) => string {
  const { t } = useTranslation();
  return (operator) =>
    operator
      .split(" ")
      .map((o) => t(`rules.operators.${o.slice(1) as OperatorKey}`))
      .join(": ");
}

function Value({ row, property, onChange }: { row: Row; property: RuleProperty | undefined; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const exact = row.operator === "-eq" || row.operator === "-ne";
  const choices = property?.type === "Boolean" ? ["true", "false", "null"] : exact ? (property?.values ?? []) : [];
  if (choices.length === 0) {
    const list = row.operator.endsWith("-in") || row.operator.endsWith("-notIn");
    return <TextField bare label={t("rules.value")} value={row.value} onChange={onChange} placeholder={list ? t("rules.addValues") : t("rules.addValue")} />;
  }
  const all = row.value === "" || choices.includes(row.value) ? choices : [...choices, row.value];
  return <Select bare label={t("rules.value")} placeholder={t("rules.addValue")} value={row.value} onChange={onChange} options={all.map((v) => ({ value: v, label: v }))} />;
}
