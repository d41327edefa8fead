import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { batch } from "../../../lib/batch";
import { bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";

import type { DeploymentState } from "../states";

/** One deployment, as Graph's deviceManagementAutopilotEvent. */
export interface Deployment {
  id: string;
  deviceId: string;
  eventDateTime: string;
  deviceRegisteredDateTime: string;
  enrollmentStartDateTime: string;
  enrollmentType: string;
  deviceSerialNumber: string;
  managedDeviceName: string;
  userPrincipalName: string;
  windowsAutopilotDeploymentProfileDisplayName: string;
  windows10EnrollmentCompletionPageConfigurationDisplayName: string;
  enrollmentState: string;
  deploymentState: DeploymentState;
  deviceSetupStatus: DeploymentState;
  accountSetupStatus: DeploymentState;
  osVersion: string;
  deploymentTotalDuration: string;
  devicePreparationDuration: string;
  deviceSetupDuration: string;
  accountSetupDuration: string;
  deploymentStartDateTime: string;
  deploymentEndDateTime: string | null;
  enrollmentFailureDetails: string;
}

const path = "/beta/deviceManagement/autopilotEvents";
const key = ["deployments"] as const;
export const deploymentsKey = key;

// A report is about thirty days.
const reportDays = 30;
/** How many of the newest deployments the figures are made of. */
export const mostCounted = 500;

const since = (days: number) => `deploymentStartDateTime ge ${new Date(Date.now() - days * 86_400_000).toISOString()}`;

export interface Wanted {
  q: string;
  state: DeploymentState | undefined;
}

/** Deployments, the newest first, a page at a time. */
export const deploymentsQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...key, "list", w],
    initialPageParam:
      path + query({ $top: 50, $count: true, $orderby: "deploymentStartDateTime desc", $search: bareSearch(w.q), $filter: w.state && `deploymentState eq '${w.state}'` }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Deployment>>(pageParam, signal),
    getNextPageParam: nextPath,
    placeholderData: (old) => old,
  });

/** The newest deployments that are running, and how many there are. */
export const runningQuery = (n: number) =>
  queryOptions({
    queryKey: [...key, "running", n],
    queryFn: ({ signal }) =>
      graph.get<Page<Deployment>>(path + query({ $top: n, $count: true, $orderby: "deploymentStartDateTime desc", $filter: "deploymentState eq 'inProgress'" }), signal),
  });

/** What the figures are made of. */
export const reportQuery = queryOptions({
  queryKey: [...key, "report"],
  queryFn: async ({ signal }) =>
    (await graph.get<Page<Deployment>>(path + query({ $top: mostCounted, $orderby: "deploymentStartDateTime desc", $filter: since(reportDays) }), signal)).value,
});

export const deploymentQuery = (id: string) =>
  queryOptions({ queryKey: [...key, "one", id], queryFn: ({ signal }) => graph.get<Deployment>(`${path}/${encodeURIComponent(id)}`, signal) });

export interface TimelineEvent {
  id: string;
  dateTime: string;
  event: string;
  phase: string | null;
  description: string;
  code: string | null;
  nextStep: string | null;
  waitingFor: string | null;
  subject: string | null;
  deadlineDateTime: string | null;
  facts: Record<string, string> | null;
}

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: [...key, "timeline", id],
    queryFn: async ({ signal }) => (await graph.get<Page<TimelineEvent>>(`${path}/${encodeURIComponent(id)}/timeline`, signal)).value,
  });

/** How many of the newest deployments are asked for their apps: as many as one
 * batch takes. */
export const mostTimelines = 20;

/** The timelines of some deployments; one that cannot be read is left out. */
export const timelinesQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: [...key, "timelines", ids],
    queryFn: async ({ signal }) => {
      const asked = ids.slice(0, mostTimelines).map((id) => ({ method: "GET" as const, path: `${path}/${encodeURIComponent(id)}/timeline` }));
      const answers = await batch(asked, signal);
      return answers.flatMap((a) => (a.status === 200 ? [(a.body as Page<TimelineEvent>).value] : []));
    },
    enabled: ids.length > 0,
    placeholderData: (old) => old,
  });

/** The deployments of one registered device, the newest first. */
export const deviceDeploymentsQuery = (device: string) =>
  queryOptions({
    queryKey: [...key, "device", device],
    queryFn: async ({ signal }) =>
      (await graph.get<Page<Deployment>>(`/beta/deviceManagement/windowsAutopilotDeviceIdentities/${encodeURIComponent(device)}/deployments`, signal)).value,
  });

/** The registered device that a deployment was of, if it still is one. */
export const deviceOfQuery = (serial: string) =>
  queryOptions({
    queryKey: ["autopilotDevices", "ofSerial", serial],
    queryFn: async ({ signal }) => {
      const found = await graph.get<Page<{ id: string; serialNumber?: string }>>(
        `/beta/deviceManagement/windowsAutopilotDeviceIdentities${query({ $filter: `contains(serialNumber,'${serial.replaceAll("'", "''")}')`, $top: 20 })}`,
        signal,
      );
      return found.value.find((d) => d.serialNumber === serial) ?? null;
    },
  });
