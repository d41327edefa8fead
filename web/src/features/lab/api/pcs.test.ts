import { expect, it } from "vitest";
import { freeName, joined } from "./pcs";

it("hash files become one file with one header", () => {
  expect(joined(["Serial,Hash\r\nA,1\r\n", "Serial,Hash\r\nB,2\r\n", "Serial,Hash\r\nC,3\r\n"])).toBe("Serial,Hash\r\nA,1\r\nB,2\r\nC,3\r\n");
  expect(joined([])).toBe("");
});

it("a new PC gets a name that is free", () => {
  expect(freeName([])).toBe("pc-1");
  expect(freeName(["pc-1", "pc-3"])).toBe("pc-2");
});
