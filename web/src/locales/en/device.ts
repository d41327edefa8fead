import { texts } from "../texts";

export const device = texts("device", {
  subtitle: "Windows Autopilot device",
  tabs: "About this device",
  overview: "Overview",
  timeline: "Timeline",
  why: "Why?",
  fullPage: "Open full page",
  noDeployments: "This device was not deployed yet.",
  deployments: "Deployments",
});
