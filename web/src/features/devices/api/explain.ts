import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Call } from "../../../lib/call";
import { graph } from "../../../lib/graph";
import { devicesKey } from "./devices";

/** A sentence of the server: its code and the values in it, and the English text. */
export interface LocalText {
  code: string | null;
  arguments: Record<string, string>;
  text: string;
}

export type CheckState = "pass" | "fail" | "waiting";
export type Step = "registered" | "deviceObject" | "groups" | "profiles" | "assignment" | "download" | "user" | "statusPage" | "deployment";

/** What a check is about; a setting has no id. */
export interface CheckLink {
  type: string;
  id: string | null;
}

export interface CheckPart {
  state: CheckState;
  text: LocalText;
  link: CheckLink | null;
}

export interface Check extends CheckPart {
  step: Step;
  dateTime: string | null;
  parts: CheckPart[];
}

/** What would change the answer; with the request that does it when one is enough. */
export interface Remedy extends LocalText {
  action: Request | null;
  undo: Request | null;
}

type Request = Omit<Call, "body"> & { body: unknown };

/** A part of a rule with its outcome and what the device has. */
export interface Clause {
  expression: string;
  expressionResult: boolean;
  propertyToEvaluate: { propertyName: string; propertyValue: string } | null;
  expressionEvaluationDetails: Clause[];
}

/** Why a device has the profile it has, or none; the server's own resource. */
export interface Explanation {
  device: { serialNumber: string; groupTag: string; userPrincipalName: string };
  explanationText: LocalText;
  readyToDeploy: boolean;
  waitingForText: LocalText | null;
  remedyDetails: Remedy[];
  checks: Check[];
  profiles: { id: string; displayName: string; verdict: string; reasonText: LocalText }[];
  groups: { id: string; displayName: string; isMember: boolean; membershipRule: string | null; isPaused: boolean; membershipRuleEvaluationDetails: Clause | null }[];
  computerName: { name: string | null; noteText: LocalText | null };
  hardwareChanges: { component: string; registered: string; reported: string }[];
}

/** What is tried; what is left out stays as it is. */
export interface WhatIf {
  groupTag?: string;
  userPrincipalName?: string;
}

const path = (id: string) => `/beta/deviceManagement/windowsAutopilotDeviceIdentities/${encodeURIComponent(id)}`;

export const explainQuery = (id: string, tried?: WhatIf) =>
  queryOptions({
    queryKey: [...devicesKey, "explain", id, tried ?? null],
    queryFn: ({ signal }) => (tried ? graph.post<Explanation>(`${path(id)}/whatIf`, tried, signal) : graph.get<Explanation>(`${path(id)}/explain`, signal)),
    placeholderData: keepPreviousData,
  });

/** A request that the server wrote down; null is no body. */
export const runRequest = ({ method, path: at, body }: Request) => graph.run(body === null ? { method, path: at } : { method, path: at, body });
