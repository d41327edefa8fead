import { expect, test } from "vitest";
import { finished, readMemory, shownState } from "./memory";

const nothing = { skipped: false, done: [] };

test("a step that was done once and is no more broke again", () => {
  expect(shownState({ step: "group", state: "partly" }, nothing)).toBe("partly");
  expect(shownState({ step: "group", state: "partly" }, { skipped: false, done: ["group"] })).toBe("broken");
  expect(shownState({ step: "group", state: "done" }, { skipped: false, done: ["group"] })).toBe("done");
});

test("only the step for users is skipped, and doing it counts more", () => {
  const skipped = { skipped: true, done: [] };
  expect(shownState({ step: "user", state: "notStarted" }, skipped)).toBe("skipped");
  expect(shownState({ step: "user", state: "done" }, skipped)).toBe("done");
  expect(shownState({ step: "esp", state: "notStarted" }, skipped)).toBe("notStarted");
  expect(
    finished(
      [
        { step: "user", state: "notStarted", facts: {} },
        { step: "join", state: "done", facts: {} },
        { step: "esp", state: "partly", facts: {} },
      ],
      skipped,
    ),
  ).toBe(2);
});

test("a memory that cannot be read is empty", () => {
  expect(readMemory("{")).toEqual(nothing);
  expect(readMemory('{"done":7}')).toEqual(nothing);
});
