export const palette = {
  button: "Suchen (Strg+K)",
  title: "Seiten, Aktionen und Geräte suchen",
  hint: "Seite, Aktion oder Seriennummer",
  pages: "Seiten",
  actions: "Aktionen",
  devices: "Geräte",
  light: "Helles Design",
  dark: "Dunkles Design",
  found: "Gefunden",
  nothing: "So heißt hier nichts.",
};
