import { texts } from "../texts";

export const sample = texts("sample", {
  create: "Create everything for me",
  createText: "These are made, as you would make them by hand. The guide removes them again in one click.",
  remove: "Remove the sample",
  removeText: "These go, and nothing else. Devices that are in use by the sample's profile have no profile afterwards, unless another one reaches them.",
  removeNow: "Remove",
  scopeStays: "The MDM user scope stays as it is.",
  pieces: {
    scope: "MDM user scope: All. It is a setting, and stays when the sample is removed.",
    group: "The group {{name}}, which holds every registered device",
    esp: "The Enrollment Status Page {{name}}, assigned to the group",
    profile: "The deployment profile {{name}}, assigned to the group",
    pc: "The virtual PC {{name}}, registered with Windows Autopilot",
  },
  outcomes: { waiting: "Not yet", working: "Working on it", done: "Done", failed: "Failed" },
});
