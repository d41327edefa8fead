export const devices = {
  title: "Devices",
  overviewTitle: "Devices | Overview",
  overview: "Overview",
  byPlatform: "By platform",
  registered: "Autopilot devices",
  ready: "Ready to deploy",
  intro: "Register, provision and watch the PCs of your organization.",
} as const;
