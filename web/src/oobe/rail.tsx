import { useId, useState } from "react";
import { send as ask } from "../lib/graph";
import { download } from "../lib/csv";
import type { Doing } from "./app";
import { mayPreprovision, preprovision, settingOf } from "./deed";
import type { Action, Frame, Pace } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

const windows = "/admin/devices/windows/enrollment";
const settings = {
  profile: `${windows}/autopilot/profiles`,
  mdm: `${windows}/automatic`,
  esp: `${windows}/esp`,
  join: "/admin/identity/devices/settings",
};

const faults: Record<string, Omit<Action, "do">> = {
  lose: { fault: "lose", seconds: 30 },
  "lose-long": { fault: "lose", seconds: 3600 },
  slow: { fault: "slow", seconds: 2 },
  "status-503": { fault: "status", status: 503, times: 2 },
  "status-429": { fault: "status", status: 429, times: 2, seconds: 5 },
  "app-fails": { fault: "app-fails" },
  "app-hangs": { fault: "app-hangs" },
  restart: { fault: "restart" },
  "power-off": { fault: "power-off" },
  "disk-full": { fault: "disk-full" },
};

/** What is behind the screen: why a page is shown, what the PC says over the
 * network, how fast its time passes, and what goes wrong. */
export function Rail({ frame, doing, address }: { frame: Frame; doing: Doing; address: string }) {
  const w = useWords();
  const on = frame.power === "on" && !frame.outcome;
  const [sure, setSure] = useState(false);
  const [pace, setPace] = useState<Pace>(); // that was asked for and is not there yet
  if (pace === frame.pace) setPace(undefined);
  const disabled = !doing.drives;
  const place = settingOf(frame.screen?.name ?? "");
  return (
    <aside id="rail" className={styles.rail} aria-label={w.rail}>
      {frame.screen && (
        <section>
          <h2>{w.why}</h2>
          <p lang="en">{frame.screen.why}</p>
          {place && <a href={settings[place]}>{w.setting}</a>}
        </section>
      )}
      <section>
        <h2>{w.power}</h2>
        <div className={styles.tools}>
          <button type="button" className={styles.plain} disabled={disabled || frame.power === "off"} onClick={() => doing.act({ do: "off" })}>
            {w.powerOff}
          </button>
          <button type="button" className={styles.plain} disabled={disabled} onClick={() => doing.act({ do: "restart" })}>
            {w.restart}
          </button>
          <button type="button" className={styles.plain} disabled={disabled || !on} onClick={() => doing.act({ do: "plug", plugged: !frame.plugged || !frame.online })}>
            {frame.plugged && frame.online ? w.unplug : w.plug}
          </button>
          {sure ? (
            <span role="group" aria-label={w.reset}>
              {w.resetSure}{" "}
              <button
                type="button"
                className={styles.plain}
                onClick={() => {
                  setSure(false);
                  doing.act({ do: "reset" });
                }}
              >
                {w.yes}
              </button>{" "}
              <button type="button" className={styles.plain} onClick={() => setSure(false)}>
                {w.no}
              </button>
            </span>
          ) : (
            <button type="button" className={styles.plain} disabled={disabled} onClick={() => setSure(true)}>
              {w.reset}
            </button>
          )}
          {frame.turn && frame.screen && mayPreprovision(frame.screen) && (
            <button type="button" className={styles.plain} disabled={disabled} onClick={() => doing.answer(preprovision)}>
              {w.preprovision}
            </button>
          )}
        </div>
        <p>
          {w.network}: {w.networks[frame.network]} · {frame.online && frame.plugged ? w.online : w.offline}
        </p>
      </section>
      <section>
        <h2 id="pace">{w.pace}</h2>
        <div className={styles.segments} role="radiogroup" aria-labelledby="pace">
          {(["real", "tenfold", "instant"] as Pace[]).map((p) => (
            <label key={p}>
              <input
                type="radio"
                name="pace"
                checked={(pace ?? frame.pace) === p}
                disabled={disabled}
                onChange={() => {
                  setPace(p);
                  doing.act({ do: "pace", pace: p });
                }}
              />
              <span>{w.paces[p]}</span>
            </label>
          ))}
        </div>
        {frame.at && (
          <p>
            {w.clock}: {new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(frame.at))}
          </p>
        )}
      </section>
      <section>
        <h2>{w.faults}</h2>
        <Faults disabled={disabled || !on} onInject={(f) => doing.act({ do: "inject", ...f })} />
        {frame.faults.length > 0 && <p>{w.injected(frame.faults.length)}</p>}
      </section>
      {frame.visits.length > 0 && (
        <section>
          <h2>{w.pages}</h2>
          <ol className={styles.visits} lang="en">
            {frame.visits.map((v) => (
              <li key={v.name} className={v.shown ? undefined : styles.skipped}>
                <strong>{v.title}</strong> <span className={styles.state}>{v.shown ? w.shown : w.notShown}</span>
                <br />
                {v.why}
              </li>
            ))}
          </ol>
        </section>
      )}
      <section>
        <h2>{w.calls}</h2>
        {frame.calls.length === 0 ? (
          <p>{w.noCalls}</p>
        ) : (
          <ol className={styles.calls} tabIndex={0} aria-label={w.calls} lang="en">
            {frame.calls.toReversed().map((c, i) => (
              <li key={`${c.at} ${i}`}>
                <code>
                  {c.method} {c.address}
                </code>
                <span className={c.problem ? styles.bad : styles.state}>
                  {c.step} · {c.status ?? w.noAnswer} · {w.took(c.took / 1e9)}
                  {c.problem ? ` · ${c.problem}` : ""}
                </span>
                {c.said && <span className={styles.state}>{c.said}</span>}
              </li>
            ))}
          </ol>
        )}
      </section>
      <section>
        <h2>{w.device}</h2>
        <dl className={styles.facts}>
          {[
            [w.serial, frame.pc.serialNumber],
            [w.model, `${frame.pc.manufacturer} ${frame.pc.model}`],
            [w.windows, `${frame.pc.windows}, ${frame.pc.language}`],
            [w.tpm, frame.pc.hasTpm ? w.yes : w.no],
          ].map(([label, text]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <div className={styles.tools}>
          <button
            type="button"
            className={styles.plain}
            disabled={disabled}
            onClick={() => void ask<{ name: string; content: string }>("POST", `${address}/hash`).then((f) => download(f.name, f.content))}
          >
            {w.exportHash}
          </button>
          {doing.drives && <a href={`${address}/diagnostics`}>{w.diagnostics}</a>}
        </div>
      </section>
    </aside>
  );
}

function Faults({ disabled, onInject }: { disabled: boolean; onInject: (f: Omit<Action, "do">) => void }) {
  const w = useWords();
  const id = useId();
  const [chosen, setChosen] = useState("lose");
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{w.fault}</label>
      <select id={id} value={chosen} disabled={disabled} onChange={(e) => setChosen(e.target.value)}>
        {Object.entries(w.faultNames).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      <button type="button" className={styles.plain} disabled={disabled} onClick={() => onInject(faults[chosen] ?? {})}>
        {w.inject}
      </button>
    </div>
  );
}
