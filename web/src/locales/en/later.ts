export const later = {
  undo: "Undo",
  failed: "{{failed}} of {{all}} failed: {{why}}",
} as const;
