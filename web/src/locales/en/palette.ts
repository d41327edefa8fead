import { texts } from "../texts";

export const palette = texts("palette", {
  button: "Search (Ctrl+K)",
  title: "Search pages, actions and devices",
  hint: "Page, action or serial number",
  pages: "Pages",
  actions: "Actions",
  devices: "Devices",
  light: "Light theme",
  dark: "Dark theme",
  found: "What was found",
  nothing: "Nothing is called that.",
});
