import { texts } from "../texts";

export const menu = texts("menu", {
  home: "Home",
  guide: "Deployment guide",
  devices: "Devices",
  apps: "Apps",
  people: "Users",
  groups: "Groups",
  branding: "Company branding",
  lab: "Virtual PCs",
  monitor: "Monitor",
  audit: "Audit log",
  about: "About",
});
