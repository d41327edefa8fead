import { beforeEach, describe, expect, it } from "vitest";
import { draftOf, draftSchema, faultsOf, firstWrong, newDraft, profileBody, profileDrafts, type Draft } from "./draft";

const named: Draft = { ...newDraft, name: "Sales PCs" };

describe("the wizard's draft", () => {
  beforeEach(() => localStorage.clear());
  it("asks for a name first and for a good template when there is one", () => {
    expect(faultsOf(newDraft, 1)).toEqual({ name: "nameRequired" });
    expect(faultsOf({ ...newDraft, name: "x".repeat(201) }, 1)).toEqual({ name: "nameLong" });
    expect(firstWrong(newDraft)).toBe(1);
    expect(firstWrong(named)).toBe(0);
    expect(firstWrong({ ...named, useTemplate: true, template: "a b" })).toBe(2);
    expect(firstWrong({ ...named, useTemplate: false, template: "a b" })).toBe(0);
  });
  it("is kept for each person, and not when it is none", () => {
    expect(profileDrafts.load("ann")).toBeUndefined();
    profileDrafts.save("ann", named);
    expect(profileDrafts.load("ann")).toEqual(named);
    expect(profileDrafts.load("bob")).toBeUndefined();
    localStorage.setItem("taxiway.profileDraft.bob", `{"name":7}`);
    expect(profileDrafts.load("bob")).toBeUndefined();
    profileDrafts.drop("ann");
    expect(profileDrafts.load("ann")).toBeUndefined();
    expect(draftSchema.safeParse(newDraft).success).toBe(true);
  });
  it("becomes a profile of Graph", () => {
    expect(profileBody({ ...named, userType: "administrator", useTemplate: true, template: "PC-%SERIAL%" })).toEqual({
      "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
      displayName: "Sales PCs",
      description: "",
      deviceType: "windowsPc",
      locale: "os-default",
      preprovisioningAllowed: false,
      hardwareHashExtractionEnabled: false,
      deviceNameTemplate: "PC-%SERIAL%",
      outOfBoxExperienceSetting: {
        privacySettingsHidden: true,
        eulaHidden: true,
        userType: "administrator",
        deviceUsageType: "singleUser",
        keyboardSelectionPageSkipped: true,
        escapeLinkHidden: true,
      },
    });
  });
  it("is read back from Graph as it was", () => {
    const draft: Draft = {
      ...named,
      convert: true,
      eulaHidden: false,
      locale: "de-DE",
      useTemplate: true,
      template: "PC-%SERIAL%",
      included: [{ id: "g1", name: "One" }],
      excluded: [{ id: "g2", name: "Two" }],
    };
    const target = (kind: string, groupId: string) => ({ target: { "@odata.type": `#microsoft.graph.${kind}`, groupId } });
    const wire = { ...profileBody(draft), assignments: [target("groupAssignmentTarget", "g1"), target("exclusionGroupAssignmentTarget", "g2")] };
    expect(draftOf(wire as Parameters<typeof draftOf>[0], (id) => ({ g1: "One", g2: "Two" })[id] ?? id)).toEqual(draft);
    expect(draftOf({ assignments: [target("allDevicesAssignmentTarget", "")] }, String).allDevices).toBe(true);
  });
  it("has no user and joins Microsoft Entra ID when it deploys itself", () => {
    const body = profileBody({ ...named, mode: "shared", join: "activeDirectory", preprovision: true, eulaHidden: false });
    expect(body["@odata.type"]).toBe("#microsoft.graph.azureADWindowsAutopilotDeploymentProfile");
    expect(body["preprovisioningAllowed"]).toBe(false);
    expect(body["outOfBoxExperienceSetting"]).toEqual({
      privacySettingsHidden: true,
      eulaHidden: true,
      deviceUsageType: "shared",
      keyboardSelectionPageSkipped: true,
      escapeLinkHidden: true,
    });
  });
});
