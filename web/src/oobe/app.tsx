import { useEffect, useRef, useState, type ReactNode } from "react";
import { usePC, useSpoken, type Trouble } from "./link";
import { OutcomeCard } from "./outcome";
import { Rail } from "./rail";
import { SetupPage } from "./setup-page";
import type { Action, Frame, Network } from "./types";
import { WebForm } from "./web-form";
import { useWords } from "./words";
import styles from "./oobe.module.css";

/** What a page can do; nothing is done twice. */
export interface Doing {
  drives: boolean;
  busy: boolean;
  act: (action: Action) => void;
  answer: (action: Omit<Action, "do" | "turn">) => void;
}

/** The screen of one virtual PC, and beside it what is behind the screen. */
export function App({ name, drives }: { name: string; drives: boolean }) {
  const w = useWords();
  const { frame, trouble, act: send, again } = usePC(`/ui/pcs/${encodeURIComponent(name)}`);
  const [refused, setRefused] = useState<string>();
  const [answered, setAnswered] = useState<number>();
  const [working, setWorking] = useState(false);
  const [open, setOpen] = useState(() => matchMedia("(min-width: 60rem)").matches);
  if (trouble === "denied" || trouble === "gone" || !frame) return <Nothing trouble={trouble} onRetry={again} />;

  const act = (action: Action) => {
    setWorking(true);
    if (action.turn !== undefined) setAnswered(action.turn);
    void send(action).then((why) => {
      setWorking(false);
      setRefused(why);
      if (why) setAnswered(undefined);
    });
  };
  const doing: Doing = {
    drives,
    busy: working || (frame.turn !== undefined && frame.turn === answered),
    act,
    answer: (action) => act({ ...action, do: frame.page ? "page" : "answer", turn: frame.turn ?? 0 }),
  };
  return (
    <div className={`${styles.stage} ${open ? styles.withRail : ""}`}>
      <header className={styles.bar}>
        <a href="/admin/lab">{w.lab}</a>
        <strong>{frame.pc.name}</strong>
        <span className={styles.model}>
          {frame.pc.manufacturer} {frame.pc.model}
        </span>
        <button type="button" className={styles.plain} aria-expanded={open} aria-controls="rail" onClick={() => setOpen(!open)}>
          {open ? w.hideRail : w.showRail}
        </button>
      </header>
      <main className={`${styles.device} ${frame.pc.look === 10 ? styles.ten : styles.eleven} ${frame.power === "off" ? styles.dark : ""}`}>
        {!drives && <p className={styles.watching}>{w.watching}</p>}
        {trouble === "lost" && (
          <p className={styles.watching} role="alert">
            {w.lost}
          </p>
        )}
        <Inside frame={frame} doing={doing} />
        {(refused ?? frame.refused) && (
          <p className={styles.refused} role="alert">
            {refused ?? `${w.chosen} ${frame.refused ?? ""}`}
          </p>
        )}
      </main>
      {open && <Rail frame={frame} doing={doing} address={`/ui/pcs/${encodeURIComponent(name)}`} />}
    </div>
  );
}

function Inside({ frame, doing }: { frame: Frame; doing: Doing }) {
  if (frame.power === "off" || !frame.screen) return <Off frame={frame} doing={doing} />;
  if (frame.outcome) return <OutcomeCard frame={frame} outcome={frame.outcome} />;
  // A turn is a fresh page: nothing that was typed stays in it.
  if (frame.page) return <WebForm key={`${frame.page.kind} ${frame.turn ?? ""}`} frame={frame} page={frame.page} doing={doing} />;
  return <SetupPage key={frame.screen.name} frame={frame} screen={frame.screen} doing={doing} />;
}

/** A page's one heading. It takes the focus when it is another one, unless
 * somebody uses what is beside the screen. */
export function Heading({ children, of }: { children: string; of: Frame }) {
  const w = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = w.title(children, of.pc.name);
    if (!document.activeElement?.closest("#rail")) heading.current?.focus({ preventScroll: true });
  }, [children, of.pc.name, w]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** What a screen reader is told of what goes on. */
export function Spoken({ text }: { text: string }) {
  return (
    <p className="visually-hidden" aria-live="polite">
      {useSpoken(text)}
    </p>
  );
}

function Off({ frame, doing }: { frame: Frame; doing: Doing }) {
  const w = useWords();
  const [network, setNetwork] = useState<Network>(frame.network);
  return (
    <Card frame={frame} heading={w.offHeading}>
      {frame.ended && (
        <div className={styles.problem}>
          <strong>{w.ended}</strong>
          <p>{frame.ended}</p>
        </div>
      )}
      <p>{w.off}</p>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          doing.act({ do: "on", network });
        }}
      >
        <fieldset className={styles.choices} disabled={!doing.drives}>
          <legend>{w.network}</legend>
          {(["wifi", "wired", "none"] as const).map((n) => (
            <label key={n}>
              <input type="radio" name="network" checked={network === n} onChange={() => setNetwork(n)} />
              {w.networks[n]}
            </label>
          ))}
        </fieldset>
        <div className={styles.buttons}>
          <button type="submit" className={styles.primary} disabled={!doing.drives || doing.busy}>
            {w.powerOn}
          </button>
        </div>
      </form>
    </Card>
  );
}

/** The card in the middle of the screen: our own picture, a heading, the rest. */
export function Card({ frame, heading, children, wide = false, top }: { frame: Frame; heading: string; children: ReactNode; wide?: boolean; top?: ReactNode }) {
  return (
    <div className={`${styles.card} ${wide ? styles.wide : ""}`}>
      <Picture screen={frame.power === "off" ? "off" : (frame.screen?.name ?? "")} />
      <div className={styles.text}>
        {top}
        <Heading of={frame}>{heading}</Heading>
        {children}
      </div>
    </div>
  );
}

// Shapes that belong to nobody: a hill, a sun or moon, and one sign for what
// the page is about.
const signs: Record<string, string> = {
  network: "M60 96a60 60 0 0 1 80 0M72 112a42 42 0 0 1 56 0M85 127a22 22 0 0 1 30 0M100 141h.1",
  profile: "M100 80v46m0 0-18-18m18 18 18-18M72 144h56",
  moment: "M100 80v46m0 0-18-18m18 18 18-18M72 144h56",
  region: "M100 76a34 34 0 1 0 .1 0M66 110h68M100 76c-24 22-24 46 0 68 24-22 24-46 0-68",
  keyboard: "M58 86h84v48H58zM70 98h6m10 0h6m10 0h6m10 0h6M70 110h6m10 0h6m10 0h6m10 0h6M82 122h36",
  layout: "M58 86h84v48H58zM70 98h6m10 0h6m10 0h6m10 0h6M70 110h6m10 0h6m10 0h6m10 0h6M82 122h36",
  eula: "M74 70h40l14 14v60H74zM86 98h28M86 112h28M86 126h18",
  terms: "M74 70h40l14 14v60H74zM86 98h28M86 112h28M86 126h18",
  privacy: "M100 70l30 10v24c0 20-12 34-30 42-18-8-30-22-30-42V80zM88 108l9 9 17-18",
  hello: "M100 74a18 18 0 1 0 .1 0M68 144c2-22 14-32 32-32s30 10 32 32",
  rename: "M66 92h68v36H66zM78 104v12M78 110h18",
  error: "M100 72l38 70H62zM100 98v20M100 129v.1",
  off: "M100 74v30M84 82a28 28 0 1 0 32 0",
  "device-esp": "M62 82h76v48H62zM50 142h100M88 106l9 9 17-18",
  "user-esp": "M100 74a16 16 0 1 0 .1 0M70 142c2-20 12-30 30-30M116 128l9 9 17-18",
};

function Picture({ screen }: { screen: string }) {
  return (
    <svg className={styles.picture} viewBox="0 0 200 220" aria-hidden="true" focusable="false" preserveAspectRatio="xMidYMid slice">
      <rect className={styles.sky} width="200" height="220" />
      <circle className={styles.sun} cx="146" cy="46" r="18" />
      <path className={styles.hill} d="M0 180C40 150 80 150 110 172s60 22 90-6v54H0z" />
      <path className={styles.hill2} d="M0 200c50-22 90-18 130-4s50 8 70 0v24H0z" />
      <path className={styles.sign} d={signs[screen] ?? signs["hello"]} />
    </svg>
  );
}

/** Instead of the screen: it is loading, or cannot be shown. */
export function Nothing({ trouble, onRetry }: { trouble?: Trouble | undefined; onRetry: () => void }) {
  const w = useWords();
  return (
    <main className={styles.nothing}>
      <h1 tabIndex={-1}>{w.virtualPc}</h1>
      <p role={trouble ? "alert" : "status"}>{trouble ? w[trouble] : w.loading}</p>
      {trouble && (
        <p className={styles.buttons}>
          <a href="/admin/lab">{w.lab}</a>
          {trouble !== "denied" && (
            <button type="button" className={styles.plain} onClick={onRetry}>
              {w.retry}
            </button>
          )}
        </p>
      )}
    </main>
  );
}
