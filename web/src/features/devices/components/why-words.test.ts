import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import type { Explanation } from "../api/explain";
import { asText, say } from "./why-words";

const t = ((key: string, values?: Record<string, string>) => `${key}(${Object.values(values ?? {}).join()})`) as unknown as TFunction;
const text = (code: string | null, english = "English.", values: Record<string, string> = {}) => ({ code, arguments: values, text: english });

it("says what it has words for, and else what the server says", () => {
  expect(say(t, text("joinGroup", "Add it.", { group: "Sales" }))).toBe("reasons.joinGroup(Sales)");
  expect(say(t, text("madeUpLater", "Something new."))).toBe("Something new.");
  expect(say(t, text("toString", "No word of ours."))).toBe("No word of ours.");
  expect(say(t, text(null, "English alone."))).toBe("English alone.");
});

it("writes the whole chain for a ticket", () => {
  const why: Explanation = {
    device: { serialNumber: "8XJ2KP3", groupTag: "", userPrincipalName: "" },
    explanationText: text(null, "Not assigned."),
    readyToDeploy: false,
    waitingForText: null,
    remedyDetails: [{ ...text(null, "Add it to Sales."), action: null, undo: null }],
    checks: [
      { step: "groups", state: "fail", dateTime: null, text: text(null, "In none."), link: null, parts: [] },
      {
        step: "user",
        state: "waiting",
        dateTime: "2026-03-04T12:00:00Z",
        text: text(null, "Nobody."),
        link: null,
        parts: [{ state: "pass", text: text(null, "All may."), link: null }],
      },
    ],
    profiles: [],
    groups: [{ id: "1", displayName: "Sales", isMember: false, membershipRule: "device.x", isPaused: false, membershipRuleEvaluationDetails: null }],
    computerName: { name: null, noteText: null },
    hardwareChanges: [],
  };
  expect(asText(t, "8XJ2KP3", why, () => "noon").split("\n")).toEqual([
    "8XJ2KP3",
    "Not assigned.",
    "",
    "why.chain()",
    "[ ] why.step.groups(): In none.",
    "    [ ] Sales: device.x",
    "[…] why.step.user(): Nobody. (noon)",
    "    [x] All may.",
    "",
    "why.remedies()",
    "- Add it to Sales.",
    "",
  ]);
});
