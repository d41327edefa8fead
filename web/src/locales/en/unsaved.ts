import { texts } from "../texts";

export const unsaved = texts("unsaved", {
  text: "There are unsaved changes.",
  saving: "Saving…",
  discard: "Discard",
  leaveTitle: "Leave without saving?",
  leaveText: "What you entered here is not saved. It is lost when you leave the page.",
  stay: "Stay here",
  leave: "Leave",
});
