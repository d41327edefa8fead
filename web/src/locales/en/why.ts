import { texts } from "../texts";

export const why = texts("why", {
  title: "Why?",
  waiting: "Waiting for",
  remedies: "What to do",
  groups: "Groups of devices",
  noGroups: "There is no group that a profile is assigned to.",
  member: "the device is in it.",
  noMember: "the device is not in it.",
  paused: "The rule is paused.",
  profiles: "Deployment profiles",
  noProfiles: "There is no deployment profile.",
  computerName: "The PC will be named {{name}}.",
  hardware: "Changed parts",
  change: "{{part}}: {{old}} became {{now}}",
});
