import { texts } from "../texts";

export const call = texts("call", {
  button: "Copy as Graph call",
  title: "Copy as Graph call",
  text: "These are the requests that the page would send for you. A token of an app with the same permissions sends them from anywhere.",
  form: "Form",
  http: "HTTP",
  copy: "Copy",
  copyNamed: "Copy {{label}}",
  copied: "Copied.",
  refused: "The browser did not allow copying. Mark the text and copy it.",
});
