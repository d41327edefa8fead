import { expect, test } from "vitest";
import type { Deployment } from "./api/deployments";
import { median, phasesOf, report, seconds, segments, slowestApps } from "./report";

test("durations are read", () => {
  expect([seconds("PT0S"), seconds("PT1H2M3S"), seconds("P1DT1S"), seconds("PT45M"), seconds("soon")]).toEqual([0, 3723, 86_401, 2700, 0]);
});

test("the middle of an even number is between two", () => {
  expect([median([]), median([3]), median([9, 1]), median([5, 1, 9])]).toEqual([undefined, 3, 5, 5]);
});

test("a report counts ends, not what is running, and times what succeeded", () => {
  const one = (deploymentState: Deployment["deploymentState"], total: string, enrollmentFailureDetails = "") =>
    ({
      deploymentState,
      deploymentTotalDuration: total,
      deviceSetupDuration: "PT0S",
      accountSetupDuration: "PT0S",
      devicePreparationDuration: "PT0S",
      enrollmentFailureDetails,
    }) as Deployment;
  const r = report([
    one("success", "PT10M"),
    one("successOnRetry", "PT20M"),
    one("failure", "PT99M", "b"),
    one("failure", "PT1S", "a"),
    one("failure", "PT1S", "a"),
    one("inProgress", "PT5H"),
  ]);
  expect(r).toMatchObject({ all: 6, succeeded: 2, failed: 3, running: 1, rate: 0.4, medians: { total: 900, device: undefined } });
  expect(r.reasons).toEqual([
    { reason: "a", count: 2 },
    { reason: "b", count: 1 },
  ]);
});

test("the phases of a bar follow one another, and one that never began is not drawn", () => {
  const phases = phasesOf({ devicePreparationDuration: "PT1M", deviceSetupDuration: "PT0S", accountSetupDuration: "PT2M" });
  expect(phases).toEqual({ preparation: 60, device: 0, account: 120 });
  expect(segments(phases, 240)).toEqual([
    { id: "preparation", from: 0, width: 25 },
    { id: "account", from: 25, width: 50 },
  ]);
  expect(segments({ preparation: 0, device: 0, account: 0 }, 0)).toEqual([]);
});

test("an app took from the one before it, or from the beginning of its phase", () => {
  const at = (second: number, event: string, app = "", waitingFor = "app") => ({
    dateTime: new Date(second * 1000).toISOString(),
    event,
    waitingFor,
    subject: app,
    description: `${app} is installed.`,
  });
  const one = [
    at(0, "phaseBegan"),
    at(5, "installed", "policy", "policy"),
    at(60, "installed", "VPN"),
    at(90, "installed", "Office"),
    at(100, "phaseEnded"),
    at(200, "phaseBegan"),
    at(210, "installed", "Chat"),
  ];
  const two = [at(0, "phaseBegan"), at(20, "installed", "VPN")];
  expect(slowestApps([one, two, []], 2)).toEqual([
    { id: "VPN", name: "VPN", median: 40, count: 2 },
    { id: "Office", name: "Office", median: 30, count: 1 },
  ]);
});
