export const sample = {
  create: "Alles für mich erstellen",
  createText: "Dies wird erstellt, wie Sie es von Hand täten. Der Leitfaden entfernt es mit einem Klick wieder.",
  remove: "Das Beispiel entfernen",
  removeText: "Dies wird entfernt und sonst nichts. Geräte mit dem Profil des Beispiels haben danach keines, wenn kein anderes sie erreicht.",
  removeNow: "Entfernen",
  scopeStays: "Der MDM-Benutzerbereich bleibt, wie er ist.",
  pieces: {
    scope: "MDM-Benutzerbereich: Alle. Das ist eine Einstellung und bleibt, wenn das Beispiel entfernt wird.",
    group: "Die Gruppe {{name}} mit jedem registrierten Gerät",
    esp: "Die Registrierungsstatusseite {{name}}, der Gruppe zugewiesen",
    profile: "Das Bereitstellungsprofil {{name}}, der Gruppe zugewiesen",
    pc: "Der virtuelle PC {{name}}, bei Windows Autopilot registriert",
  },
  outcomes: { waiting: "Noch nicht", working: "In Arbeit", done: "Fertig", failed: "Fehlgeschlagen" },
};
