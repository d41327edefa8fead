export const menu = {
  home: "Startseite",
  guide: "Bereitstellungsleitfaden",
  devices: "Geräte",
  apps: "Apps",
  people: "Benutzer",
  groups: "Gruppen",
  branding: "Unternehmensbranding",
  lab: "Virtuelle PCs",
  monitor: "Überwachen",
  audit: "Überwachungsprotokoll",
  about: "Info",
};
