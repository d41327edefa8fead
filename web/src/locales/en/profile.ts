export const profile = {
  title: "Deployment profile",
  commands: "Commands for this profile",
  created: "Created",
  assignedTo: "Assigned to",
  groupCount_one: "{{count}} group",
  groupCount_other: "{{count}} groups",
  assignedDevices: "Assigned devices",
  noDevices: "No device has this profile yet.",
  properties: "Properties",
} as const;
