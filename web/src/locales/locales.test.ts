import { expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([k, v]) => (typeof v === "string" ? [[`${path}${k}`, v] as [string, string]] : flat(v, `${path}${k}.`)));
}

const holes = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

it("every language says everything, with the same values in it", () => {
  const english = new Map(flat(en));
  const german = new Map(flat(de));
  expect([...german.keys()]).toEqual([...english.keys()]);
  for (const [key, text] of english) {
    expect(text, key).not.toBe("");
    expect(holes(german.get(key) ?? ""), key).toEqual(holes(text));
  }
});

it("labels are those that the tutorial names", () => {
  const words = new Set(flat(en).map(([, text]) => text));
  for (const label of [
    "Home",
    "Devices",
    "Devices | Overview",
    "By platform",
    "Windows",
    "Windows | Windows devices",
    "Device onboarding",
    "Enrollment",
    "Windows | Windows enrollment",
    "Windows Autopilot",
    "Deployment Profiles",
    "Windows Autopilot deployment profiles",
    "Create Profile",
    "Windows PC",
    "Create profile",
    "Basics",
    "Name",
    "Description",
    "Convert all targeted devices to Autopilot",
    "Next",
    "Out-of-box experience (OOBE)",
    "Deployment mode",
    "User-driven",
    "Join to Microsoft Entra ID as",
    "Microsoft Entra joined",
    "Microsoft Software License Terms",
    "Privacy settings",
    "Hide change account options",
    "User account type",
    "Administrator",
    "Standard user",
    "Allow pre-provisioned deployment",
    "Language (Region)",
    "Operating system default",
    "Automatically configure keyboard",
    "Apply device name template",
    "Assignments",
    "Included groups",
    "Add groups",
    "Excluded groups",
    "Select groups to include",
    "Select",
    "Groups",
    "Review + Create",
    "Create",
    "Windows Autopilot devices",
    "Profile status",
    "Not assigned",
    "Assigning",
    "Assigned",
    "Fix pending",
    "Attention required",
    "Date assigned",
    "Assigned profile",
    "We've detected a hardware change on this device. We're trying to automatically register the new hardware. You don't need to do anything now; the status will be updated at the next check in with the result.",
  ])
    expect(words.has(label), label).toBe(true);
});
