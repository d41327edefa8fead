export const unsaved = {
  text: "Es gibt ungespeicherte Änderungen.",
  saving: "Wird gespeichert…",
  discard: "Verwerfen",
  leaveTitle: "Ohne Speichern verlassen?",
  leaveText: "Ihre Eingaben sind nicht gespeichert. Wenn Sie die Seite verlassen, gehen sie verloren.",
  stay: "Hier bleiben",
  leave: "Verlassen",
};
