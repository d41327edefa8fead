// What changes on the server shows on the open pages: the server names what kind
// of thing changed, and the queries about it are asked again.
import type { Query, QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

/** live: told by the server; polling: the stream is lost, so everything is
 * asked again now and then. */
export type LiveState = "connecting" | "live" | "polling";

/** How often pages look for news without the stream, in ms. */
export const pollEvery = 15_000;

// The first part of the keys of the queries about each kind. What is put
// together of many kinds is about all of them.
const roots: Record<string, readonly string[]> = {
  devices: ["autopilotDevices"],
  profiles: ["deploymentProfiles"],
  groups: ["groups"],
  users: ["users"],
  settings: ["autopilotSettings"],
  enrollment: ["esp"],
  apps: ["apps"],
  deployments: ["deployments"],
  audit: ["audit"],
};
const ofAll = ["guide"];
// A single object of other kinds stands in a form, which must not change under
// the hands of whoever fills it in; saving finds out whether somebody was faster.
const shownWhole = new Set(["autopilotDevices", "deployments"]);

/** The first parts of the keys that a message of the server is about. */
export function concerned(data: string): string[] {
  let kinds: unknown;
  try {
    kinds = (JSON.parse(data) as { kinds?: unknown }).kinds;
  } catch {
    kinds = undefined;
  }
  if (!Array.isArray(kinds)) return [...Object.values(roots).flat(), ...ofAll];
  return [...kinds.flatMap((k) => roots[String(k)] ?? []), ...ofAll];
}

type Key = readonly unknown[];
const begins = (key: Key, start: Key) => start.every((part, i) => key[i] === part);

interface Hold {
  key: Key;
  waiting: boolean; // something changed meanwhile
}

/** What of a browser it needs, so that tests can do without one. */
export interface Surroundings {
  open: (address: string) => EventSource;
  hidden: () => boolean;
}

export class Live {
  private state: LiveState = "connecting";
  private readonly watchers = new Set<() => void>();
  private readonly holds = new Set<Hold>();
  private readonly stale = new Set<string>();
  private running = false;
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private poller: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: Pick<QueryClient, "invalidateQueries">,
    private readonly around: Surroundings = { open: (a) => new EventSource(a), hidden: () => document.hidden },
  ) {}

  /** Begins to listen; what it returns ends it. */
  start(): () => void {
    this.connect();
    const shown = () => void this.refresh();
    document.addEventListener("visibilitychange", shown);
    return () => {
      document.removeEventListener("visibilitychange", shown);
      this.source?.close();
      clearTimeout(this.timer);
      clearInterval(this.poller);
    };
  }

  private connect(): void {
    clearTimeout(this.timer);
    const source = this.around.open("/ui/events");
    this.source = source;
    source.addEventListener("ready", () => {
      // What was read before may have changed unheard.
      this.mark(concerned(""), this.state === "connecting");
      this.become("live");
    });
    source.addEventListener("changed", (e) => this.mark(concerned(String(e.data))));
    source.addEventListener("over", () => this.lost(source, 1_000));
    // A browser connects again by itself, unless the server refused.
    source.onerror = () => {
      if (source.readyState === source.CLOSED) this.lost(source, pollEvery);
      else this.become("polling");
    };
  }

  // The stream is over. Many pages lose it in the same moment: they come back
  // spread over a while.
  private lost(source: EventSource, wait: number): void {
    source.close();
    this.become("polling");
    if (wait >= pollEvery) this.mark(concerned("")); // the reason may be that nobody is signed in any more
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait * (1 + Math.random()));
  }

  private become(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    clearInterval(this.poller);
    if (state === "polling") this.poller = setInterval(() => this.mark(concerned("")), pollEvery);
    for (const w of this.watchers) w();
  }

  private mark(keys: readonly string[], first = false): void {
    for (const k of keys) this.stale.add(k);
    void this.refresh(first);
  }

  // Asks again for what is on the pages, one round after the other: what changes
  // during a round is asked for in the next. Nobody looks at a hidden page. When
  // the stream is young, what is being loaded for the first time is left alone.
  private async refresh(first = false): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      while (this.stale.size > 0 && !this.around.hidden()) {
        const round = new Set(this.stale);
        this.stale.clear();
        await this.client.invalidateQueries({ predicate: (q) => round.has(String(q.queryKey[0])) && !(first && q.state.dataUpdatedAt === 0) && this.free(q) });
      }
    } finally {
      this.running = false;
    }
  }

  private free(q: Query): boolean {
    const [root, part] = q.queryKey;
    if (part === "one" && !shownWhole.has(String(root))) return false;
    for (const hold of this.holds) {
      if (begins(q.queryKey, hold.key)) {
        if (!hold.waiting) {
          hold.waiting = true;
          for (const w of this.watchers) w();
        }
        return false;
      }
    }
    return true;
  }

  /** Keeps the queries below a key as they are until what it returns is called. */
  hold(key: Key): () => void {
    const hold: Hold = { key, waiting: false };
    this.holds.add(hold);
    return () => {
      this.holds.delete(hold);
      if (hold.waiting) void this.client.invalidateQueries({ queryKey: key });
      for (const w of this.watchers) w();
    };
  }

  readonly watch = (changed: () => void): (() => void) => {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  };

  readonly current = (): LiveState => this.state;

  /** Whether something below a key that is held changed. */
  readonly waits = (key: Key): boolean => [...this.holds].some((h) => h.waiting && begins(h.key, key));
}

let live: Live | undefined;
const noWatch = () => () => undefined;

/** Makes the pages' live updates; once, before the first page. */
export function makeLive(client: QueryClient): Live {
  return (live ??= new Live(client));
}

/** How the pages learn of changes at the moment. */
export const useLiveState = (): LiveState => useSyncExternalStore(live?.watch ?? noWatch, () => live?.current() ?? "connecting");

/** Keeps the queries below a key as they are while on is true; gives whether
 * something changed meanwhile. The key has to stay the same object. */
export function useHold(key: Key, on: boolean): boolean {
  useEffect(() => (on ? live?.hold(key) : undefined), [key, on]);
  return useSyncExternalStore(live?.watch ?? noWatch, () => live?.waits(key) ?? false);
}
