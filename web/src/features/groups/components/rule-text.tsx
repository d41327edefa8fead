import { useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { complete } from "../rule/complete";
import type { RuleProperty } from "../rule/rows";
import styles from "./rule-text.module.css";
import "../../../locales/en/rules";

interface Props {
  label: string;
  value: string;
  onChange?: (text: string) => void; // none: to read only
  language: readonly RuleProperty[];
  wrong?: { from: number; to: number } | undefined; // underlined
  about?: string | undefined; // id of what is said about it
}

/** The text of a rule: offers how it may go on, and underlines where it is wrong. */
export function RuleText({ label, value, onChange, language, wrong, about }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const [caret, setCaret] = useState<number>();
  const [active, setActive] = useState(-1);
  const offer = caret === undefined || !onChange ? undefined : complete(value, caret, language);
  const options = offer?.options ?? [];

  const close = () => {
    setCaret(undefined);
    setActive(-1);
  };
  const accept = (option: string) => {
    const area = box.current;
    if (!offer || !onChange || !area) return;
    const more = option.endsWith(".") || option.endsWith(" ") ? option : `${option} `;
    // Through the browser's own editing, so that it can be undone there.
    area.focus();
    area.setSelectionRange(offer.from, offer.to);
    area.setRangeText(more, offer.from, offer.to, "end");
    onChange(area.value);
    setCaret(option.startsWith('"') ? undefined : area.selectionEnd);
    setActive(-1);
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === " " && e.ctrlKey) {
      setCaret(box.current?.selectionEnd);
    } else if (options.length === 0) {
      return;
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const step = e.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if ((e.key === "Enter" || e.key === "Tab") && options[active] !== undefined) {
      accept(options[active]);
    } else if (e.key === "Escape") {
      e.stopPropagation(); // it closes what is offered, not the pane
      close();
    } else {
      return;
    }
    e.preventDefault();
  };
  const open = options.length > 0;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <div ref={mirror} className={styles.mirror} aria-hidden="true">
          {value.slice(0, wrong?.from ?? 0)}
          {wrong && <span className={styles.wrong}>{value.slice(wrong.from, wrong.to) || " "}</span>}
          {value.slice(wrong?.to ?? 0)}
        </div>
        <textarea
          id={id}
          ref={box}
          className={styles.text}
          value={value}
          readOnly={!onChange}
          rows={onChange ? 6 : 3}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-invalid={wrong !== undefined}
          aria-describedby={about}
          aria-autocomplete={onChange ? "list" : undefined}
          aria-controls={open ? `${id}-list` : undefined}
          aria-activedescendant={open && active >= 0 ? `${id}-${active}` : undefined}
          onChange={(e) => {
            onChange?.(e.target.value);
            setCaret(e.target.selectionEnd);
            setActive(-1);
          }}
          onScroll={(e) => mirror.current?.scrollTo(e.currentTarget.scrollLeft, e.currentTarget.scrollTop)}
          onKeyDown={onKey}
          onClick={close}
          onBlur={close}
        />
      </div>
      <span className="visually-hidden" aria-live="polite">
        {open && t("rules.offered", { count: options.length })}
      </span>
      {open && (
        <ul id={`${id}-list`} role="listbox" aria-label={t("rules.completions")} className={styles.offers}>
          {options.map((o, i) => (
            // The keyboard chooses from within the text; the pointer here.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <li key={o} id={`${id}-${i}`} role="option" aria-selected={i === active} className={styles.offer} onMouseDown={(e) => e.preventDefault()} onClick={() => accept(o)}>
              {o}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
