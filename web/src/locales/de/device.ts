export const device = {
  subtitle: "Windows Autopilot-Gerät",
  tabs: "Zu diesem Gerät",
  overview: "Übersicht",
  timeline: "Zeitachse",
  why: "Warum?",
  fullPage: "Ganze Seite öffnen",
  noDeployments: "Dieses Gerät wurde noch nicht bereitgestellt.",
  deployments: "Bereitstellungen",
};
