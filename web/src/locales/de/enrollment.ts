export const enrollment = {
  title: "Windows | Windows-Registrierung",
  short: "Windows-Registrierung",
  subtitle: "Windows",
  intro: "Entscheiden Sie, wie Windows-PCs aus dem Karton zur Arbeit kommen.",
  options: "Registrierungsoptionen",
  autopilot: "Windows Autopilot",
  autopilotText: "Windows Autopilot richtet neue PCs ohne Abbild ein: Der PC fragt beim ersten Start nach seinem Profil.",
  devices: "Geräte",
  devicesText: "Windows Autopilot-Geräte verwalten.",
  profiles: "Bereitstellungsprofile",
  profilesText: "Die Bereitstellung anpassen.",
};
