import { texts } from "../texts";

export const live = texts("live", {
  live: "Live",
  paused: "Paused",
  pausedNews: "Paused: there are changes",
  polling: "Updates every 15 s",
  connecting: "Connecting…",
});
