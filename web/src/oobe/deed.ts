import type { Action, Screen } from "./types";

const windowsKey = "preprovision-asked";

/** What a button of a page of setup does, with what is chosen on the page. */
export function deed(screen: Screen, button: string, chosen: string): Omit<Action, "do" | "turn"> {
  const takes = (event: string) => screen.events.includes(event);
  switch (button) {
    case "Set up for work or school":
      return { event: "chosen", value: "work" };
    case "Set up for personal use":
      // The sign-in has a link of this name; the page of a PC without a profile asks for a name.
      if (screen.name === "plain") return { event: "chosen", value: "personal", text: chosen };
      break;
    case "Decline":
      if (takes("declined")) return { event: "declined" };
      break;
    case "Yes":
    case "Next":
    case "OK":
    case "Accept":
    case "Add layout":
      if (screen.name === "network") return { event: "connected", value: chosen };
      if (takes("chosen")) return { event: "chosen", value: chosen };
      if (takes("accepted")) return { event: "accepted" };
  }
  return { event: "pressed", button };
}

/** Five times the Windows key asks for pre-provisioning. */
export const mayPreprovision = (screen: Screen) => screen.events.includes(windowsKey);
export const preprovision: Omit<Action, "do" | "turn"> = { event: windowsKey };

/** The main button stands at the end, in colour. */
export const mainButtons = ["Yes", "Next", "OK", "Accept", "Sign in", "Verify", "Try again", "Set up for work or school", "Add layout"];

/** Where the setting behind a page is made, below the site. */
export function settingOf(screen: string): "profile" | "join" | "mdm" | "esp" | undefined {
  switch (screen) {
    case "region":
    case "keyboard":
    case "layout":
    case "eula":
    case "rename":
    case "privacy":
    case "account":
    case "password":
    case "preprovisioning":
      return "profile";
    case "mfa":
      return "join";
    case "terms":
      return "mdm";
    case "device-esp":
    case "user-esp":
      return "esp";
  }
  return undefined;
}
