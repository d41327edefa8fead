export const later = {
  undo: "Rückgängig",
  failed: "{{failed}} von {{all}} fehlgeschlagen: {{why}}",
};
