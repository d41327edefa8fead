import { texts } from "../texts";

export const menu = texts("menu", {
  home: "Home",
  guide: "Deployment guide",
  devices: "Devices",
  people: "Users",
  groups: "Groups",
  lab: "Virtual PCs",
  monitor: "Monitor",
  audit: "Audit log",
});
