import { texts } from "../texts";

export const windows = texts("windows", {
  title: "Windows",
  devicesTitle: "Windows | Windows devices",
  devicesItem: "Windows devices",
  onboarding: "Device onboarding",
  enrollment: "Enrollment",
  intro: "What happens to a Windows PC from its first start until it is ready for work.",
});
