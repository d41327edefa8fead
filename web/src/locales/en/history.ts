import { texts } from "../texts";

export const history = texts("history", {
  title: "History",
  when: "When",
  who: "Who",
  what: "What",
  old: "Before",
  new: "After",
  created: "Created",
  empty: "Nothing was recorded yet.",
});
