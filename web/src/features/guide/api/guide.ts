import { queryOptions } from "@tanstack/react-query";
import { send } from "../../../lib/graph";

export const stepNames = ["enrollment", "join", "register", "group", "esp", "profile", "user", "deploy"] as const;
export type StepName = (typeof stepNames)[number];

export type Facts = Record<string, string | number | boolean>;

export interface Step {
  step: StepName;
  state: "notStarted" | "partly" | "done" | "unknown";
  facts: Facts;
}

/** How far the eight steps are, by what there is in the tenant. */
export const guideQuery = queryOptions({ queryKey: ["guide"], queryFn: async ({ signal }) => (await send<{ steps: Step[] }>("GET", "/ui/guide", undefined, {}, signal)).steps });
