import { texts } from "../texts";

export const devices = texts("devices", {
  title: "Devices",
  overviewTitle: "Devices | Overview",
  overview: "Overview",
  byPlatform: "By platform",
  registered: "Autopilot devices",
  ready: "Ready to deploy",
  intro: "Register, provision and watch the PCs of your organization.",
});
