export const devices = {
  title: "Geräte",
  overviewTitle: "Geräte | Übersicht",
  overview: "Übersicht",
  byPlatform: "Nach Plattform",
  registered: "Autopilot-Geräte",
  ready: "Bereit zur Bereitstellung",
  intro: "Registrieren, bereitstellen und beobachten Sie die PCs Ihrer Organisation.",
};
