import { texts } from "../texts";

export const frame = texts("frame", {
  skip: "Skip to the content",
  menu: "Main menu",
  openMenu: "Open the menu",
  breadcrumbs: "Breadcrumbs",
  account: "Account of {{name}}",
  signOut: "Sign out",
  another: "Sign in with another account",
  theme: "Theme",
  themeSystem: "As the device",
  themeLight: "Light",
  themeDark: "Dark",
  language: "Language",
  innerMenu: "{{title}} menu",
  signingIn: "Going to the sign-in page…",
  version: "Version {{version}}",
  notifications: "Notifications",
  dismiss: "Dismiss",
  overlays: "Opened above the page",
});
