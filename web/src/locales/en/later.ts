import { texts } from "../texts";

export const later = texts("later", {
  undo: "Undo",
  failed: "{{failed}} of {{all}} failed: {{why}}",
});
