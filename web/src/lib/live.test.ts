import type { InvalidateQueryFilters, Query } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { concerned, Live, pollEvery } from "./live";

class FakeSource extends EventTarget {
  readonly CLOSED = 2;
  readyState = 1;
  onerror: (() => void) | undefined;
  close() {
    this.readyState = 2;
  }
  say(name: string, data = "null") {
    this.dispatchEvent(Object.assign(new Event(name), { data }));
  }
}

const query = (...key: string[]) => ({ queryKey: key, state: { dataUpdatedAt: 1 } }) as unknown as Query;
const known = [query("autopilotDevices", "list", "x"), query("autopilotDevices", "counts"), query("groups", "count"), query("draft")];

function world() {
  const sources: FakeSource[] = [];
  const asked: string[][] = [];
  let hidden = false;
  const client = {
    invalidateQueries: vi.fn((filters?: InvalidateQueryFilters) => {
      const predicate = filters?.predicate;
      const hit = known.filter((q) => (predicate ? predicate(q) : (filters?.queryKey ?? []).every((k, i) => q.queryKey[i] === k)));
      asked.push(hit.map((q) => q.queryKey.join("/")));
      return Promise.resolve();
    }),
  };
  const live = new Live(client, {
    open: () => {
      const s = new FakeSource();
      sources.push(s);
      return s as unknown as EventSource;
    },
    hidden: () => hidden,
  });
  return { live, sources, asked, hide: (on: boolean) => (hidden = on) };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a message names what is asked again", () => {
  expect(concerned('{"kinds":["devices","nothing known"]}')).toEqual(["autopilotDevices", "guide"]);
  expect(concerned("not JSON")).toContain("groups");
});

test("a change asks again for what it is about, and a hold waits for its end", async () => {
  const { live, sources, asked } = world();
  const end = live.start();
  sources[0]?.say("ready");
  vi.runAllTicks();
  await Promise.resolve();
  expect(live.current()).toBe("live");
  asked.length = 0;
  const key = ["autopilotDevices", "list"];
  const release = live.hold(key);
  sources[0]?.say("changed", '{"kinds":["devices"]}');
  await Promise.resolve();
  expect(asked).toEqual([["autopilotDevices/counts"]]);
  expect(live.waits(key)).toBe(true);
  release();
  expect(asked.at(-1)).toEqual(["autopilotDevices/list/x"]);
  expect(live.waits(key)).toBe(false);
  end();
});

test("a hidden page asks when it is looked at", async () => {
  const { live, sources, asked, hide } = world();
  const end = live.start();
  sources[0]?.say("ready");
  await Promise.resolve();
  await Promise.resolve();
  asked.length = 0;
  hide(true);
  sources[0]?.say("changed", '{"kinds":["groups"]}');
  await Promise.resolve();
  expect(asked).toEqual([]);
  hide(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await Promise.resolve();
  expect(asked).toEqual([["groups/count"]]);
  end();
});

test("without the stream everything is asked again now and then, and the stream comes back", async () => {
  const { live, sources, asked } = world();
  const end = live.start();
  const first = sources[0];
  if (!first) throw new Error("no stream was opened");
  first.say("ready");
  first.readyState = 2;
  first.onerror?.();
  expect(live.current()).toBe("polling");
  await vi.advanceTimersByTimeAsync(pollEvery * 2);
  expect(asked.length).toBeGreaterThan(1);
  expect(sources).toHaveLength(2);
  sources[1]?.say("ready");
  await vi.advanceTimersByTimeAsync(1);
  expect(live.current()).toBe("live");
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(pollEvery * 3);
  expect(asked).toHaveLength(before);
  end();
});
