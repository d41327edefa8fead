import type { Call } from "./call";
import { graph, GraphError, reading } from "./graph";
import { wait } from "./wait";

interface Envelope {
  error?: { code?: string; message?: string; details?: GraphError["details"]; innerError?: { "request-id"?: string } };
}

export interface Answer {
  status: number;
  body: unknown;
  retryAfter: number | undefined; // seconds
}

// How many requests one batch may hold (Graph page "Combine multiple HTTP
// requests using JSON batching").
const mostInBatch = 20;

/** Sends up to 20 requests in one. The answers are in the requests' order. */
export async function batch(calls: readonly Call[], signal?: AbortSignal): Promise<Answer[]> {
  const sent = await graph.post<{ responses: { id: string; status: number; body: unknown; headers?: Record<string, string> }[] }>(
    "/beta/$batch",
    {
      requests: calls.map((c, i) => ({
        id: String(i),
        method: c.method,
        url: c.path.replace(/^\/(beta|v1\.0)/, ""),
        ...(c.body === undefined ? {} : { body: c.body }),
        headers: c.body === undefined ? reading : { "Content-Type": "application/json" },
      })),
    },
    signal,
  );
  const byId = new Map(sent.responses.map((r) => [r.id, r]));
  return calls.map((_, i) => {
    const r = byId.get(String(i));
    const wait = Number(r?.headers?.["Retry-After"]);
    return { status: r?.status ?? 0, body: r?.body, retryAfter: wait > 0 ? wait : undefined };
  });
}

function refusal(a: Answer): GraphError {
  const e = (a.body as Envelope | undefined)?.error;
  return new GraphError(a.status, e?.code ?? "", e?.message ?? `HTTP ${a.status}`, e?.innerError?.["request-id"] ?? "", a.retryAfter, e?.details ?? []);
}

/** Whether the same request may succeed in a moment. */
const passing = (status: number) => status === 0 || status === 429 || status === 502 || status === 503 || status === 504;

export interface Steps {
  /** Called with each outcome; undefined says that it is done. */
  onDone: (index: number, error: GraphError | undefined) => void;
  /** Called when the server does not answer for now, and when it does again. */
  onWaiting: (waiting: boolean) => void;
  signal: AbortSignal;
  /** Waits so many milliseconds, or until the signal. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const mostTries = 60; // with pauses of 2 s: two minutes without an answer

// How many batches are under way at once: a server makes the changes of several
// durable together, and whoever waits for one answer at a time pays for each.
const lanes = 4;

/** Sends any number of requests, twenty at a time. A refusal concerns its own
 * request alone; while the server does not answer, it is asked again. */
export async function runMany(calls: readonly Call[], { onDone, onWaiting, signal, pause = wait }: Steps): Promise<void> {
  const left = calls.map((call, index) => ({ call, index, again: false }));
  let tries = 0;
  let broken = false;
  const stopped = () => signal.aborted || broken;
  const lane = async () => {
    while (left.length > 0 && !stopped()) {
      const part = left.splice(0, mostInBatch);
      let answers: Answer[];
      try {
        answers = await batch(
          part.map((p) => p.call),
          signal,
        );
      } catch (e) {
        if (stopped()) return;
        if (!(e instanceof GraphError) || !passing(e.status) || ++tries > mostTries) {
          broken = true;
          throw e;
        }
        onWaiting(true);
        for (const p of part) p.again = true; // the answer may be lost, and the work done
        left.unshift(...part);
        await pause((e.retryAfter ?? 2) * 1000, signal);
        continue;
      }
      onWaiting(false);
      tries = 0;
      const later: typeof left = [];
      let longest = 0;
      part.forEach((p, i) => {
        const a = answers[i];
        if (a === undefined) return;
        if (a.status === 429 || a.status === 503) {
          later.push(p);
          longest = Math.max(longest, a.retryAfter ?? 1);
        } else if (a.status < 300 || (p.again && p.call.method === "DELETE" && a.status === 404)) onDone(p.index, undefined);
        else onDone(p.index, refusal(a));
      });
      left.unshift(...later);
      if (longest > 0) await pause(longest * 1000, signal);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
