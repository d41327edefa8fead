import { expect, test } from "vitest";
import type { Deployment } from "./api/deployments";
import { median, report, seconds } from "./report";

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
