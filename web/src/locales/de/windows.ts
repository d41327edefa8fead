export const windows = {
  title: "Windows",
  devicesTitle: "Windows | Windows-Geräte",
  devicesItem: "Windows-Geräte",
  onboarding: "Geräte-Onboarding",
  enrollment: "Registrierung",
  intro: "Was mit einem Windows-PC vom ersten Start bis zur Arbeit geschieht.",
};
