import { expect, it } from "vitest";
import { deed } from "./deed";
import type { Screen } from "./types";

const page = (name: string, ...events: string[]): Screen => ({ name, title: name, heading: name, why: "", events });

it("a button does what its page can take", () => {
  expect(deed(page("region", "chosen"), "Yes", "de-DE")).toEqual({ event: "chosen", value: "de-DE" });
  expect(deed(page("network", "connected"), "Next", "Guests")).toEqual({ event: "connected", value: "Guests" });
  expect(deed(page("account", "chosen", "pressed"), "Next", "a@b.c")).toEqual({ event: "chosen", value: "a@b.c" });
  expect(deed(page("layout", "chosen", "pressed"), "Skip", "")).toEqual({ event: "pressed", button: "Skip" });
  expect(deed(page("eula", "accepted", "declined"), "Accept", "")).toEqual({ event: "accepted" });
  expect(deed(page("eula", "accepted", "declined"), "Decline", "")).toEqual({ event: "declined" });
  expect(deed(page("device-esp", "pressed"), "Try again", "")).toEqual({ event: "pressed", button: "Try again" });
});

it("personal use asks for a name where a PC has no profile, and is a link elsewhere", () => {
  expect(deed(page("plain", "chosen"), "Set up for personal use", "Adele")).toEqual({ event: "chosen", value: "personal", text: "Adele" });
  expect(deed(page("plain", "chosen"), "Set up for work or school", "")).toEqual({ event: "chosen", value: "work" });
  expect(deed(page("account", "chosen", "pressed"), "Set up for personal use", "")).toEqual({ event: "pressed", button: "Set up for personal use" });
});
