export const home = {
  title: "Startseite",
  welcome: "Willkommen, {{name}}",
  registered: "Autopilot-Geräte",
  profiles: "Bereitstellungsprofile",
  groups: "Gruppen",
  statuses: "Profilstatus",
  attention: "Braucht Aufmerksamkeit",
  allWell: "Kein Gerät braucht Aufmerksamkeit.",
  emptyTitle: "Noch ist nichts registriert",
  empty: "Beginnen Sie mit den Geräten: Importieren Sie ihre Hardwarehashes und geben Sie ihnen ein Bereitstellungsprofil.",
  begin: "Geräte importieren",
};
