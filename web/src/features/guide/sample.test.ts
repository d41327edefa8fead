import { expect, it } from "vitest";
import { madeHere, missingOf, presentOf, sampleMark, sampleNames } from "./sample";

it("makes what is missing in an order that works, and removes only what is there", () => {
  expect(missingOf({ scope: false }, true)).toEqual(["scope", "group", "esp", "profile", "pc"]);
  expect(missingOf({ scope: true }, false)).toEqual(["group", "esp", "profile"]);
  expect(missingOf({ scope: true, group: "g", esp: "e", profile: { id: "p", assignments: [] }, pc: { device: undefined } }, true)).toEqual(["pc"]);
  expect(presentOf({ scope: true })).toEqual([]);
  expect(presentOf({ scope: true, group: "g", profile: { id: "p", assignments: [] } })).toEqual(["profile", "group"]);
});

it("takes nothing for its own that somebody else made", () => {
  const list = [
    { id: "1", displayName: sampleNames.group, description: "Ours" },
    { id: "2", displayName: "Another", description: sampleMark },
    { id: "3", displayName: sampleNames.group, description: sampleMark },
  ];
  expect(madeHere(list, sampleNames.group)?.id).toBe("3");
  expect(madeHere(list.slice(0, 2), sampleNames.group)).toBeUndefined();
});
