import { texts } from "../texts";

export const profiles = texts("profiles", {
  title: "Windows Autopilot deployment profiles",
  subtitle: "Windows enrollment",
  intro: "Deployment profiles say how a PC is set up and what its user is shown meanwhile.",
  createProfile: "Create Profile",
  windowsPc: "Windows PC",
  count_one: "{{count}} deployment profile",
  count_other: "{{count}} deployment profiles",
  commands: "Commands for deployment profiles",
  joinType: "Join type",
  assigned: "Assigned",
  emptyTitle: "No deployment profiles yet",
  empty: "A profile says what the user of a new PC is shown. Create one and assign it to a group of devices.",
  joinEntra: "Microsoft Entra joined",
  joinHybrid: "Microsoft Entra hybrid joined",
  noDescription: "No Description",
  deleteTitle: "Delete {{name}}?",
  deleteText: "PCs that have this profile lose it and get another one that reaches them, or none.",
  deleted: "{{name}} is deleted.",
  created: "{{name}} is created.",
  deleteNamed: "Delete {{name}}",
});
