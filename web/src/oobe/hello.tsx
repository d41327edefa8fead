import { useId, useState } from "react";
import { Card, type Doing } from "./app";
import type { Frame } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

/** Windows Hello: the PIN is checked and forgotten here. It is sent to nobody. */
export function Hello({ frame, doing }: { frame: Frame; doing: Doing }) {
  const w = useWords();
  const id = useId();
  const [step, setStep] = useState<"offer" | "pin" | "done">("offer");
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [letters, setLetters] = useState(false);
  const [wrong, setWrong] = useState("");
  const screen = frame.screen;
  const disabled = !doing.drives || doing.busy;
  if (step === "done") {
    return (
      <Card frame={frame} heading={w.allSet}>
        <p>{w.allSetText}</p>
        <p className={styles.buttons}>
          <button type="button" className={styles.primary} disabled={disabled} onClick={() => doing.answer({ event: "accepted" })}>
            {w.ok}
          </button>
        </p>
      </Card>
    );
  }
  if (step === "offer") {
    return (
      <Card frame={frame} heading={screen?.heading ?? ""}>
        <p lang="en">{screen?.text}</p>
        <p className={styles.buttons}>
          <button type="button" className={styles.primary} disabled={disabled} onClick={() => setStep("pin")}>
            {w.ok}
          </button>
        </p>
      </Card>
    );
  }
  const check = () => {
    const fault = pin.length < 6 ? w.pinShort : !letters && !/^\d+$/.test(pin) ? w.pinDigits : pin !== again ? w.pinsDiffer : "";
    setWrong(fault);
    if (fault) return;
    setPin("");
    setAgain("");
    setStep("done");
  };
  return (
    <Card frame={frame} heading={w.pinHeading}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          check();
        }}
      >
        <p className={styles.field}>
          <label htmlFor={`${id}1`}>{w.pin}</label>
          <input
            id={`${id}1`}
            type="password"
            inputMode={letters ? "text" : "numeric"}
            autoComplete="off"
            value={pin}
            onChange={(e) => setPin(e.target.value)}
            disabled={disabled}
          />
        </p>
        <p className={styles.field}>
          <label htmlFor={`${id}2`}>{w.pinAgain}</label>
          <input
            id={`${id}2`}
            type="password"
            inputMode={letters ? "text" : "numeric"}
            autoComplete="off"
            value={again}
            onChange={(e) => setAgain(e.target.value)}
            disabled={disabled}
          />
        </p>
        <p className={styles.choices}>
          <label>
            <input type="checkbox" checked={letters} onChange={() => setLetters(!letters)} disabled={disabled} />
            {w.pinLetters}
          </label>
        </p>
        {wrong && (
          <p className={styles.wrong} role="alert">
            {wrong}
          </p>
        )}
        <p className={styles.buttons}>
          <button type="submit" className={styles.primary} disabled={disabled}>
            {w.ok}
          </button>
        </p>
      </form>
    </Card>
  );
}
