export const apps = {
  title: "Apps",
  select: "Apps auswählen",
  version: "Version",
  noneFound: "Keine Apps gefunden",
  empty: "Es gibt noch keine App. Fügen Sie zuerst unter Apps eine hinzu.",
  otherName: "Versuchen Sie einen Teil eines anderen Namens.",
  tooMany: "Wählen Sie höchstens {{most}} Apps aus.",
};
