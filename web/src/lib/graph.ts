// The pages' only way to data: Graph, forwarded by the server as the person who
// is signed in, and the few private addresses beside it.

import type { Call } from "./call";

const root = "/admin/graph";

export interface ErrorDetail {
  code?: string;
  target?: string;
  message?: string;
  remedy?: string;
}

/** A refusal of the server, or no answer at all (status 0). */
export class GraphError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly retryAfter: number | undefined,
    readonly details: readonly ErrorDetail[],
  ) {
    super(message);
    this.name = "GraphError";
  }
}

export interface Page<T> {
  value: T[];
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
}

let csrf = "";

// A page looks for news by itself. While nobody has touched it for a minute it
// says so, and the session may become idle.
const attention = 60_000;
let lastTouched = Date.now();
for (const event of ["pointerdown", "keydown", "wheel"] as const) addEventListener(event, () => (lastTouched = Date.now()), { passive: true, capture: true });

/** The header value that GET /ui/session gave for this session. */
export function setCsrf(value: string): void {
  csrf = value;
}

/** Leaves for the sign-in pages and comes back to the page that is open. */
export function signIn(another = false): void {
  const back = encodeURIComponent(location.pathname + location.search + location.hash);
  location.assign(`/ui/signin?return=${back}${another ? "&another=1" : ""}`);
}

interface Envelope {
  error?: { code?: string; message?: string; details?: ErrorDetail[] };
}

async function refusal(answer: Response): Promise<GraphError> {
  let body: Envelope = {};
  try {
    body = (await answer.json()) as Envelope;
  } catch {
    // A proxy's own page is no envelope.
  }
  const wait = Number(answer.headers.get("Retry-After"));
  return new GraphError(
    answer.status,
    body.error?.code ?? "",
    body.error?.message ?? answer.statusText,
    answer.headers.get("request-id") ?? "",
    wait > 0 ? wait : undefined,
    body.error?.details ?? [],
  );
}

/** Sends one request to an address of this server. A file goes as it is, all else
 * as JSON. */
export async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<T> {
  const sent = new Headers({ Accept: "application/json", ...headers });
  const init: RequestInit = { method, headers: sent };
  if (signal) init.signal = signal;
  if (method === "DELETE") init.keepalive = true; // what was decided is done although the page is left
  if (Date.now() - lastTouched > attention) sent.set("X-Taxiway-Unattended", "1");
  if (method !== "GET") sent.set("X-Taxiway-Csrf", csrf);
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    sent.set("Content-Type", "application/json");
    init.body = JSON.stringify(body);
  }
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new GraphError(0, "Offline", String(error), "", undefined, []);
  }
  if (!answer.ok) throw await refusal(answer);
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

/** What searches, counts and sorts of directory objects need (Graph page
 * "Advanced query capabilities on Microsoft Entra ID objects"). */
export const reading = { ConsistencyLevel: "eventual" };

export const graph = {
  get: <T>(path: string, signal?: AbortSignal) => send<T>("GET", root + path, undefined, reading, signal),
  post: <T>(path: string, body: unknown, signal?: AbortSignal) => send<T>("POST", root + path, body, {}, signal),
  patch: <T>(path: string, body: unknown, etag?: string) => send<T>("PATCH", root + path, body, etag ? { "If-Match": etag } : {}),
  put: <T>(path: string, body: unknown, etag?: string) => send<T>("PUT", root + path, body, etag ? { "If-Match": etag } : {}),
  /** Puts a file where it belongs; its name goes with it (RFC 6266). */
  upload: <T = undefined>(path: string, file: File, type: string, etag?: string) =>
    send<T>("PUT", root + path, file, {
      "Content-Type": type,
      "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
      ...(etag ? { "If-Match": etag } : {}),
    }),
  delete: (path: string) => send<undefined>("DELETE", root + path),
  /** Sends what was written down. */
  run: <T = undefined>({ method, path, body }: Call) => send<T>(method, root + path, body, method === "GET" ? reading : {}),
};

/** Where a collection goes on: its nextLink names the public address. */
export function nextPath(page: Page<unknown>): string | undefined {
  const next = page["@odata.nextLink"];
  if (next === undefined) return undefined;
  const url = new URL(next);
  return url.pathname + url.search;
}

/** Reads a collection to its end. For what is small by nature. */
export async function all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const out: T[] = [];
  for (let at: string | undefined = path; at !== undefined;) {
    const page: Page<T> = await graph.get<Page<T>>(at, signal);
    out.push(...page.value);
    at = nextPath(page);
  }
  return out;
}

/** What a person typed as a $search over every searchable property. */
export function bareSearch(text: string): string | undefined {
  const bare = text.replace(/^["(\s]+/, "").trim();
  return bare === "" ? undefined : bare;
}

/** Options of a query as they stand in an address. */
export function query(options: Record<string, string | number | boolean | undefined>): string {
  const parts = Object.entries(options)
    .filter(([, v]) => v !== undefined && v !== "")
    .map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}
