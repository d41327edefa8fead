import { useId, useState } from "react";
import { Heading, Spoken, type Doing } from "./app";
import type { Frame, WebPage } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

/** A page of the server's own sign-in, as the PC's web view reads it. What is
 * typed goes to the PC alone. */
export function WebForm({ frame, page, doing }: { frame: Frame; page: WebPage; doing: Doing }) {
  const w = useWords();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [differ, setDiffer] = useState(false);
  const disabled = !doing.drives || doing.busy || frame.turn === undefined;
  const send = (more: { yes?: boolean; button?: string } = {}) => {
    const action = more.button ? more : { typed, next, ...more };
    setTyped("");
    setNext("");
    setAgain("");
    doing.answer(action);
  };
  const secret = (label: string, name: string, value: string, set: (v: string) => void, complete: string) => (
    <p className={styles.field}>
      <label htmlFor={id + name}>{label}</label>
      <input id={id + name} name={name} type="password" autoComplete={complete} value={value} onChange={(e) => set(e.target.value)} disabled={disabled} />
    </p>
  );
  const main =
    { password: frame.pc.look === 10 ? w.next : w.signIn, code: w.verify, authenticator: w.verify, "new-password": w.next, consent: w.accept, terms: w.accept }[
      page.kind as string
    ] ?? w.goOn;
  return (
    <div className={styles.web}>
      {page.background && <img className={styles.background} src={local(page.background)} alt="" />}
      <div className={styles.sheet}>
        <p className={styles.organization}>{page.logo ? <img src={local(page.logo)} alt={page.organization ?? ""} /> : page.organization}</p>
        {page.account && (
          <p className={styles.account}>
            {page.buttons?.includes("Back") && (
              <button type="button" className={styles.link} disabled={disabled} aria-label={w.back} onClick={() => send({ button: "Back" })}>
                ←
              </button>
            )}
            {page.account}
          </p>
        )}
        <Heading of={frame}>{page.heading}</Heading>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (page.kind === "new-password" && next !== again) setDiffer(true);
            else send(page.kind === "consent" || page.kind === "terms" ? { yes: true } : {});
          }}
        >
          {page.lines?.map((line) => (
            <p key={line} className={page.kind === "recovery-codes" ? styles.recovery : undefined}>
              {line}
            </p>
          ))}
          {page.error && (
            <p className={styles.wrong} role="alert">
              {page.error}
            </p>
          )}
          {page.kind === "password" && secret(w.password, "password", typed, setTyped, "current-password")}
          {page.kind === "new-password" && (
            <>
              {secret(w.presentPassword, "present", typed, setTyped, "current-password")}
              {secret(w.newPassword, "next", next, setNext, "new-password")}
              {secret(w.newAgain, "again", again, setAgain, "new-password")}
            </>
          )}
          {differ && next !== again && (
            <p className={styles.wrong} role="alert">
              {w.differ}
            </p>
          )}
          {page.secret && (
            <p>
              {w.key}: <code className={styles.code}>{page.secret}</code>
            </p>
          )}
          {(page.kind === "code" || page.kind === "authenticator") && (
            <p className={styles.field}>
              <label htmlFor={`${id}code`}>{w.code}</label>
              <input id={`${id}code`} name="code" inputMode="numeric" autoComplete="one-time-code" value={typed} onChange={(e) => setTyped(e.target.value)} disabled={disabled} />
            </p>
          )}
          <p className={styles.buttons}>
            {page.buttons
              ?.filter((b) => b !== "Back" || !page.account)
              .map((b) => (
                <button key={b} type="button" className={styles.plain} disabled={disabled} onClick={() => send({ button: b })}>
                  {b}
                </button>
              ))}
            {page.mayDecline && (
              <button type="button" className={styles.plain} disabled={disabled} onClick={() => send({ yes: false })}>
                {page.kind === "terms" ? w.decline : w.cancel}
              </button>
            )}
            <button type="submit" className={styles.primary} disabled={disabled}>
              {main}
            </button>
          </p>
        </form>
        {page.footer && <p className={styles.footer}>{page.footer}</p>}
        <Spoken text={page.error ?? page.heading} />
      </div>
    </div>
  );
}

/** Pictures of the branding are this server's own; the page loads no others. */
function local(address: string): string {
  const url = new URL(address, location.origin);
  return url.pathname + url.search;
}
