import { useId, useState, type ReactNode } from "react";
import { windowsLanguages } from "../lib/windows-languages";
import { Card, Heading, Spoken, type Doing } from "./app";
import { deed, mainButtons } from "./deed";
import { Hello } from "./hello";
import { keyboards } from "./keyboards";
import { Phases } from "./phases";
import type { Fault, Frame, Screen } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

/** One page of setup, as the PC describes it. */
export function SetupPage({ frame, screen, doing }: { frame: Frame; screen: Screen; doing: Doing }) {
  const w = useWords();
  const first = screen.fields?.[0];
  const [chosen, setChosen] = useState(() => first?.value ?? (screen.name === "network" ? (w.wifi[0] ?? "") : ""));
  const waits = frame.turn !== undefined;
  const spoken = `${screen.heading}. ${frame.doing ?? ""} ${(screen.rows ?? []).map((r) => `${r.name}: ${r.state}`).join(". ")}`;
  if (screen.name === "hello" && waits && !screen.error) return <Hello frame={frame} doing={doing} />;
  const esp = screen.name === "device-esp" || screen.name === "user-esp";
  const buttons = (
    <Buttons
      screen={screen}
      disabled={!doing.drives || doing.busy || !waits}
      may={(b) => b === "Skip" || b === "Set up for work or school" || chosen !== "" || screen.fields === undefined || deed(screen, b, "").event === "pressed"}
      onPress={(b) => doing.answer(deed(screen, b, chosen.trim()))}
    />
  );
  const body = (
    <>
      {screen.text && <p className={screen.name === "terms" ? styles.terms : styles.lines}>{screen.text}</p>}
      {screen.error && <Trouble error={screen.error} />}
      {screen.rows && <Phases rows={screen.rows} />}
      {waits && first && <Choice frame={frame} screen={screen} value={chosen} onChange={setChosen} disabled={!doing.drives} />}
      {screen.notes?.map((n) => (
        <p key={n} className={styles.note}>
          {n}
        </p>
      ))}
      {!waits && !esp && <Waiting text={frame.doing} />}
      {esp && !waits && <p className={styles.doing}>{frame.doing}</p>}
      <Spoken text={spoken} />
    </>
  );
  const form = (content: ReactNode) => (
    <form
      lang="en"
      onSubmit={(e) => e.preventDefault()} // each button says what it does
    >
      {content}
    </form>
  );
  if (esp) {
    return (
      <div className={styles.esp} lang="en">
        <Heading of={frame}>{screen.heading}</Heading>
        {form(
          <>
            {body}
            {buttons}
          </>,
        )}
      </div>
    );
  }
  return (
    <Card frame={frame} heading={screen.heading} top={frame.pc.look === 10 ? <Tabs screen={screen.name} /> : undefined}>
      {form(
        <>
          {body}
          {buttons}
        </>,
      )}
    </Card>
  );
}

/** Where the person is, as the older look shows it above the page. */
function Tabs({ screen }: { screen: string }) {
  const parts: [string, string[]][] = [
    ["Basics", ["region", "keyboard", "layout"]],
    ["Network", ["network", "profile", "moment", "eula", "rename"]],
    ["Account", ["account", "password", "mfa", "terms", "plain", "windows-sign-in", "error"]],
    ["Finish setup", ["privacy", "hello", "device-esp", "user-esp"]],
  ];
  return (
    <ol className={styles.tabs} lang="en">
      {parts.map(([name, screens]) => (
        <li key={name} aria-current={screens.includes(screen) ? "step" : undefined}>
          {name}
        </li>
      ))}
    </ol>
  );
}

function Waiting({ text }: { text?: string | undefined }) {
  const w = useWords();
  return (
    <p className={styles.waiting}>
      <span className={styles.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text ?? w.busy}
    </p>
  );
}

/** What went wrong, with its number and what to do. */
export function Trouble({ error }: { error: Fault }) {
  const w = useWords();
  return (
    <div className={styles.problem} role="alert">
      <strong>{error.words}</strong>
      {error.said && (
        <p>
          {w.said}: {error.said}
        </p>
      )}
      <p>
        {w.todo}: {error.next}
      </p>
      <p className={styles.number}>
        {w.problem}: {error.code}
        {error.eventId ? ` · ${w.event}: ${error.eventId}` : ""}
      </p>
    </div>
  );
}

/** What is typed or chosen on the page. */
function Choice({ frame, screen, value, onChange, disabled }: { frame: Frame; screen: Screen; value: string; onChange: (v: string) => void; disabled: boolean }) {
  const w = useWords();
  const id = useId();
  const field = screen.fields?.[0];
  if (!field) return null;
  if (screen.name === "network") {
    if (frame.network === "none") return <p>{w.noWifi}</p>;
    return (
      <fieldset className={styles.choices} disabled={disabled}>
        <legend>{w.chooseWifi}</legend>
        {w.wifi.map((name) => (
          <label key={name}>
            <input type="radio" name="wifi" checked={value === name} onChange={() => onChange(name)} />
            {name}
          </label>
        ))}
      </fieldset>
    );
  }
  if (screen.name === "privacy") return <Privacy screen={screen} disabled={disabled} />;
  const options = optionsOf(screen.name, field.choice, value);
  if (options) {
    return (
      <p className={styles.field}>
        <label htmlFor={id}>{field.label}</label>
        <select id={id} size={6} value={value} onChange={(e) => onChange(e.target.value)} disabled={disabled}>
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      </p>
    );
  }
  return (
    <p className={styles.field}>
      <label htmlFor={id}>{field.label}</label>
      <input
        id={id}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        disabled={disabled || field.fixed}
        {...(field.name === "address" ? { type: "email", autoComplete: "username", placeholder: w.addressHint, spellCheck: false } : {})}
      />
    </p>
  );
}

function optionsOf(screen: string, choice: string[] | undefined, value: string): [string, string][] | undefined {
  if (choice) return choice.map((c) => [c, c]);
  const with_ = (all: [string, string][]) => (value === "" || all.some(([k]) => k === value) ? all : [[value, value] as [string, string], ...all]);
  if (screen === "region") {
    const names = new Intl.DisplayNames("en", { type: "language" });
    return with_(windowsLanguages.map((l) => [l, names.of(l) ?? l]));
  }
  if (screen === "keyboard" || screen === "layout") return with_(Object.entries(keyboards));
  return undefined;
}

/** What the PC may send; it has nobody to send it to. */
function Privacy({ screen, disabled }: { screen: Screen; disabled: boolean }) {
  const w = useWords();
  const [on, setOn] = useState<Record<string, boolean>>(() => Object.fromEntries((screen.fields ?? []).map((f) => [f.name, f.value === "On"])));
  return (
    <ul className={styles.switches}>
      {screen.fields?.map((f) => (
        <li key={f.name}>
          <label>
            <span>{f.label}</span>
            <span>
              <input type="checkbox" role="switch" checked={on[f.name] ?? false} disabled={disabled} onChange={() => setOn({ ...on, [f.name]: !on[f.name] })} />{" "}
              {w.onOff(on[f.name] ?? false)}
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}

function Buttons({ screen, disabled, may, onPress }: { screen: Screen; disabled: boolean; may: (button: string) => boolean; onPress: (button: string) => void }) {
  const all = screen.buttons ?? [];
  if (all.length === 0) return null;
  const main = all.findLast((b) => mainButtons.includes(b)) ?? all[all.length - 1];
  return (
    <p className={styles.buttons}>
      {all
        .filter((b) => b !== main)
        .map((b) => (
          <button key={b} type="button" className={styles.plain} disabled={disabled || !may(b)} onClick={() => onPress(b)}>
            {b}
          </button>
        ))}
      {main && (
        <button type="submit" className={styles.primary} disabled={disabled || !may(main)} onClick={() => onPress(main)}>
          {main}
        </button>
      )}
    </p>
  );
}
