export const menu = {
  home: "Startseite",
  guide: "Bereitstellungsleitfaden",
  devices: "Geräte",
  people: "Benutzer",
  groups: "Gruppen",
  lab: "Virtuelle PCs",
  monitor: "Überwachen",
  audit: "Überwachungsprotokoll",
};
