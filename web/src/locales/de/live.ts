export const live = {
  live: "Live",
  paused: "Angehalten",
  pausedNews: "Angehalten: Es gibt Änderungen",
  polling: "Aktualisiert alle 15 s",
  connecting: "Verbindung wird hergestellt…",
};
