import type { Deployment, TimelineEvent } from "./api/deployments";
import type { DeploymentState } from "./states";

/** Seconds of an ISO 8601 duration as Graph writes them (PT1H2M3S). */
export function seconds(text: string): number {
  const m = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text);
  if (!m) return 0;
  const [, d = "0", h = "0", min = "0", s = "0"] = m;
  return Number(d) * 86_400 + Number(h) * 3_600 + Number(min) * 60 + Number(s);
}

/** The middle of some numbers; undefined of none. */
export function median(of: readonly number[]): number | undefined {
  const sorted = of.toSorted((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  return high === undefined || low === undefined ? undefined : (high + low) / 2;
}

export const succeeded = (s: DeploymentState): boolean => s === "success" || s === "successWithTimeout" || s === "successOnRetry";

export interface Report {
  all: number;
  succeeded: number;
  failed: number;
  running: number;
  rate: number | undefined; // of those that came to an end
  medians: { preparation: number | undefined; device: number | undefined; account: number | undefined; total: number | undefined };
  reasons: { reason: string; count: number }[];
}

/** The figures of some deployments. Times are of those that succeeded. */
export function report(of: readonly Deployment[]): Report {
  const good = of.filter((d) => succeeded(d.deploymentState));
  const bad = of.filter((d) => d.deploymentState === "failure");
  const times = (pick: (d: Deployment) => string) => median(good.map((d) => seconds(pick(d))).filter((s) => s > 0));
  const reasons = new Map<string, number>();
  for (const d of bad) reasons.set(d.enrollmentFailureDetails, (reasons.get(d.enrollmentFailureDetails) ?? 0) + 1);
  return {
    all: of.length,
    succeeded: good.length,
    failed: bad.length,
    running: of.filter((d) => d.deploymentState === "inProgress").length,
    rate: good.length + bad.length > 0 ? good.length / (good.length + bad.length) : undefined,
    medians: {
      preparation: times((d) => d.devicePreparationDuration),
      device: times((d) => d.deviceSetupDuration),
      account: times((d) => d.accountSetupDuration),
      total: times((d) => d.deploymentTotalDuration),
    },
    reasons: [...reasons]
      .map(([reason, count]) => ({ reason, count }))
      .toSorted((a, b) => b.count - a.count)
      .slice(0, 5),
  };
}

export const phaseNames = ["preparation", "device", "account"] as const;
export type PhaseName = (typeof phaseNames)[number];

/** The seconds of each phase of a deployment. */
export const phasesOf = (d: Pick<Deployment, "devicePreparationDuration" | "deviceSetupDuration" | "accountSetupDuration">): Record<PhaseName, number> => ({
  preparation: seconds(d.devicePreparationDuration),
  device: seconds(d.deviceSetupDuration),
  account: seconds(d.accountSetupDuration),
});

export interface Segment {
  id: PhaseName;
  from: number; // of a whole of 100
  width: number;
}

/** The phases as pieces of one bar, where longest fills it. */
export function segments(phases: Record<PhaseName, number>, longest: number): Segment[] {
  let from = 0;
  return phaseNames.flatMap((id) => {
    const width = (phases[id] / Math.max(1, longest)) * 100;
    const piece = { id, from, width };
    from += width;
    return width > 0 ? [piece] : [];
  });
}

export interface AppTime {
  id: string;
  name: string;
  median: number; // seconds
  count: number; // of deployments
}

/** The apps that took longest, by their median. Windows Installer installs one
 * after the other, so an app took from the one before it, or from the beginning
 * of its phase, to its own end. */
export function slowestApps(timelines: readonly (readonly Pick<TimelineEvent, "dateTime" | "event" | "waitingFor" | "subject" | "description">[])[], most: number): AppTime[] {
  const times = new Map<string, { name: string; spans: number[] }>();
  for (const events of timelines) {
    let from: number | undefined;
    for (const e of events) {
      const at = Date.parse(e.dateTime);
      if (e.event === "phaseBegan") from = at;
      if (e.event !== "installed" || e.waitingFor !== "app" || !e.subject || from === undefined) continue;
      const app = times.get(e.subject) ?? { name: "", spans: [] };
      app.name = e.description.replace(/ is installed\.$/, "");
      app.spans.push((at - from) / 1000);
      times.set(e.subject, app);
      from = at;
    }
  }
  return [...times]
    .map(([id, { name, spans }]) => ({ id, name, median: median(spans) ?? 0, count: spans.length }))
    .toSorted((a, b) => b.median - a.median || a.name.localeCompare(b.name))
    .slice(0, most);
}
