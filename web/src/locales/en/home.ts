export const home = {
  title: "Home",
  welcome: "Welcome, {{name}}",
  registered: "Autopilot devices",
  profiles: "Deployment profiles",
  groups: "Groups",
  statuses: "Profile status",
  attention: "Needs attention",
  allWell: "No device needs attention.",
  emptyTitle: "Nothing is registered yet",
  empty: "Begin with the devices: import their hardware hashes, then give them a deployment profile.",
  begin: "Import devices",
} as const;
