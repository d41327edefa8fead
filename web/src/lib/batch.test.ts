import { afterEach, expect, it, vi } from "vitest";
import { runMany } from "./batch";
import type { Call } from "./call";

afterEach(() => vi.unstubAllGlobals());

interface Sent {
  requests: { id: string; method: string; url: string }[];
}
type Server = (sent: Sent) => Response | { id: string; status: number; headers?: Record<string, string>; body?: unknown }[];

// serve stands in for the network alone: requests and answers are as on the wire.
function serve(answer: Server) {
  const sizes: number[] = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    const sent = JSON.parse(init.body as string) as Sent;
    sizes.push(sent.requests.length);
    const said = answer(sent);
    return Promise.resolve(said instanceof Response ? said : Response.json({ responses: said.reverse() }));
  });
  return sizes;
}

const calls = (n: number, method: Call["method"] = "PATCH"): Call[] =>
  Array.from({ length: n }, (_, i) => ({ method, path: `/beta/devices/${i}`, body: method === "DELETE" ? undefined : {} }));

async function outcomes(list: Call[]) {
  const done = new Map<number, string>();
  const waits: number[] = [];
  const waiting: boolean[] = [];
  await runMany(list, {
    onDone: (i, e) => done.set(i, e ? `${e.status} ${e.message}` : "done"),
    onWaiting: (w) => waiting.push(w),
    signal: new AbortController().signal,
    pause: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  return { done, waits, waiting };
}

it("sends twenty at a time and tells each outcome", async () => {
  const sizes = serve((sent) => sent.requests.map((r) => (r.url === "/devices/30" ? { id: r.id, status: 404, body: { error: { message: "gone" } } } : { id: r.id, status: 204 })));
  const { done } = await outcomes(calls(45));
  expect(sizes).toEqual([20, 20, 5]);
  expect(done.size).toBe(45);
  expect([...done].filter(([, how]) => how !== "done")).toEqual([[30, "404 gone"]]);
});

it("has four batches under way at once, and sends none after one was refused", async () => {
  const held: ((answer: Response) => void)[] = [];
  let sent = 0;
  vi.stubGlobal("fetch", () => new Promise<Response>((answer) => void (held[sent++] = answer)));
  const all = outcomes(calls(200));
  await vi.waitFor(() => expect(sent).toBe(4));
  held[2]?.(Response.json({ error: { code: "Forbidden", message: "no" } }, { status: 403 }));
  await new Promise((r) => setTimeout(r));
  const fine = () => Response.json({ responses: Array.from({ length: 20 }, (_, i) => ({ id: String(i), status: 204 })) });
  for (const n of [0, 1, 3]) held[n]?.(fine());
  await expect(all).rejects.toMatchObject({ status: 403 });
  expect(sent).toBe(4);
});

it("sends again what the server asked to wait for, and nothing else", async () => {
  let first = true;
  const sizes = serve((sent) =>
    sent.requests.map((r) => {
      const wait = first && r.id === "1";
      if (wait) first = false;
      return wait ? { id: r.id, status: 429, headers: { "Retry-After": "7" } } : { id: r.id, status: 204 };
    }),
  );
  const { done, waits } = await outcomes(calls(3));
  expect(sizes).toEqual([3, 1]);
  expect(waits).toEqual([7000]);
  expect([...done.values()]).toEqual(["done", "done", "done"]);
});

it("waits for a server that is away, and knows what was done before its answer was lost", async () => {
  let times = 0;
  const sizes = serve((sent) => {
    times++;
    if (times === 1) return new Response("", { status: 503, headers: { "Retry-After": "1" } });
    return sent.requests.map((r) => ({ id: r.id, status: r.id === "0" ? 404 : 204, body: { error: { message: "gone" } } }));
  });
  const { done, waiting } = await outcomes(calls(2, "DELETE"));
  expect(sizes).toEqual([2, 2]);
  expect(waiting).toEqual([true, false]);
  expect([...done.values()].sort()).toEqual(["done", "done"]);
});

it("gives up on what will not pass", async () => {
  serve(() => Response.json({ error: { code: "Forbidden", message: "no" } }, { status: 403 }));
  await expect(outcomes(calls(2))).rejects.toMatchObject({ status: 403 });
});
