export const profile = {
  title: "Bereitstellungsprofil",
  commands: "Befehle für dieses Profil",
  created: "Erstellt",
  assignedTo: "Zugewiesen zu",
  groupCount_one: "{{count}} Gruppe",
  groupCount_other: "{{count}} Gruppen",
  assignedDevices: "Zugewiesene Geräte",
  noDevices: "Noch kein Gerät hat dieses Profil.",
  properties: "Eigenschaften",
};
