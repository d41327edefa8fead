import { texts } from "../texts";

export const apps = texts("apps", {
  title: "Apps",
  select: "Select apps",
  version: "Version",
  noneFound: "No apps found",
  empty: "There is no app yet. Add one under Apps first.",
  otherName: "Try a part of another name.",
  tooMany: "Select {{most}} apps at most.",
});
