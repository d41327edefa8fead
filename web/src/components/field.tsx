import { useId, type ReactNode } from "react";
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  RadioButton,
  RadioField,
  RadioGroup,
  Select as AriaSelect,
  SelectValue,
  Text,
  TextArea,
  TextField as AriaTextField,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon";
import styles from "./field.module.css";
import "../locales/en/common";

interface Common {
  label: string;
  about?: string | undefined;
  required?: boolean | undefined;
  error?: string | undefined;
  disabled?: boolean | undefined;
  bare?: boolean | undefined; // in a row of a table: the label is for screen readers only
}

/** What a label means, behind a dot. */
export function About({ what, children }: { what: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <DialogTrigger>
      <AriaButton className={styles.dot ?? ""} aria-label={t("common.moreAbout", { what })}>
        <Icon name="info" />
      </AriaButton>
      <Popover className={styles.popover ?? ""} placement="bottom start">
        <Dialog className={styles.about ?? ""} aria-label={t("common.moreAbout", { what })}>
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Caption({ label, about, required, bare, as = "label" }: Common & { as?: "label" | "span" }) {
  if (bare) return <Label className="visually-hidden">{label}</Label>;
  const text = (
    <>
      {label}
      {required && (
        <span className={styles.star} aria-hidden="true">
          {" *"}
        </span>
      )}
    </>
  );
  return (
    <div className={styles.caption}>
      {as === "label" ? <Label>{text}</Label> : <span>{text}</span>}
      {about && <About what={label}>{about}</About>}
    </div>
  );
}

function Wrong({ error }: { error?: string | undefined }) {
  if (!error) return null;
  return (
    <Text slot="errorMessage" className={styles.error ?? ""}>
      <Icon name="error_circle" />
      {error}
    </Text>
  );
}

export interface TextProps extends Common {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  tall?: boolean;
  readOnly?: boolean;
  placeholder?: string;
  hint?: ReactNode;
  name?: string;
}

export function TextField({ value, onChange, onBlur, tall, readOnly, placeholder, hint, name, ...common }: TextProps) {
  const error = useId();
  return (
    <AriaTextField
      className={(common.bare ? styles.bare : styles.field) ?? ""}
      value={value}
      onChange={onChange}
      {...(onBlur ? { onBlur } : {})}
      {...(name ? { name } : {})}
      isRequired={common.required ?? false}
      isInvalid={Boolean(common.error)}
      isDisabled={common.disabled ?? false}
      isReadOnly={readOnly ?? false}
      validationBehavior="aria"
      {...(common.error ? { "aria-describedby": error } : {})}
    >
      <Caption {...common} />
      <div className={styles.control}>
        {tall ? (
          <TextArea className={`${styles.input} ${styles.tall}`} placeholder={placeholder ?? ""} />
        ) : (
          <Input className={styles.input ?? ""} placeholder={placeholder ?? ""} />
        )}
        {hint && (
          <Text slot="description" className={styles.hint ?? ""}>
            {hint}
          </Text>
        )}
        <div id={error} aria-live="polite">
          <Wrong error={common.error} />
        </div>
      </div>
    </AriaTextField>
  );
}

export interface Option<V extends string> {
  value: V;
  label: string;
}

/** One of two or three, all in sight. */
export function Segmented<V extends string>({ value, onChange, options, ...common }: Common & { value: V; onChange: (v: V) => void; options: readonly Option<V>[] }) {
  return (
    <RadioGroup
      className={styles.field ?? ""}
      value={value}
      onChange={(v) => {
        const chosen = options.find((o) => o.value === v);
        if (chosen) onChange(chosen.value);
      }}
      orientation="horizontal"
      isDisabled={common.disabled ?? false}
    >
      <Caption {...common} />
      <div className={styles.segments}>
        {options.map((o) => (
          <RadioField key={o.value} value={o.value}>
            <RadioButton className={styles.segment ?? ""}>{o.label}</RadioButton>
          </RadioField>
        ))}
      </div>
    </RadioGroup>
  );
}

/** One of many. */
export function Select<V extends string>({
  value,
  onChange,
  options,
  placeholder,
  ...common
}: Common & { value: V; onChange: (v: V) => void; options: readonly Option<V>[]; placeholder?: string }) {
  return (
    <AriaSelect
      className={(common.bare ? styles.bare : styles.field) ?? ""}
      {...(placeholder ? { placeholder } : {})}
      value={value !== "" ? value : options.some((o) => o.value === "") ? emptyKey : null}
      onChange={(key) => {
        const chosen = options.find((o) => o.value === (key === emptyKey ? "" : key));
        if (chosen) onChange(chosen.value);
      }}
      isDisabled={common.disabled ?? false}
      isRequired={common.required ?? false}
      validationBehavior="aria"
    >
      <Caption {...common} />
      <AriaButton className={styles.select ?? ""}>
        <SelectValue />
        <Icon name="chevron_down" />
      </AriaButton>
      <Popover className={styles.popover ?? ""}>
        <ListBox className={styles.list ?? ""} items={options}>
          {(o) => (
            <ListBoxItem id={o.value === "" ? emptyKey : o.value} textValue={o.label} className={styles.item ?? ""}>
              {o.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

// An empty value is a choice like any other; a list has no empty key.
const emptyKey = "(empty)";
