import { texts } from "../texts";

export const enrollment = texts("enrollment", {
  title: "Windows | Windows enrollment",
  short: "Windows enrollment",
  subtitle: "Windows",
  intro: "Decide how Windows PCs get from their box to work.",
  options: "Enrollment options",
  autopilot: "Windows Autopilot",
  autopilotText: "Windows Autopilot sets up new PCs without an image: the PC asks for its profile at its first start.",
  devices: "Devices",
  devicesText: "Manage Windows Autopilot devices.",
  profiles: "Deployment Profiles",
  profilesText: "Customize the provisioning experience.",
});
