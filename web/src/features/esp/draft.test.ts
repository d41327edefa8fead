import { beforeEach, describe, expect, it } from "vitest";
import { draftOf, espBody, espDrafts, faultsOf, firstWrong, isDefault, newDraft, type Draft } from "./draft";

const named: Draft = { ...newDraft, name: "Sales" };
const blocking: Draft = { ...named, progress: true, block: true, selected: true, apps: [{ id: "a", name: "Editor", version: "2" }], technicianOnly: true, reset: true };

describe("the draft of a status page", () => {
  beforeEach(() => localStorage.clear());
  it("looks only at what is shown", () => {
    expect(faultsOf(newDraft, 1)).toEqual({ name: "nameRequired" });
    const bad = { ...named, minutes: "0", customMessage: true, message: " ", block: true, selected: true };
    expect(faultsOf(bad, 2)).toEqual({});
    expect(faultsOf({ ...bad, progress: true }, 2)).toEqual({ minutes: "minutes", message: "messageRequired", apps: "appsRequired" });
    for (const minutes of ["", "1441", "1.5", "-1", "an hour"]) expect(faultsOf({ ...named, progress: true, minutes }, 2)).toEqual({ minutes: "minutes" });
    for (const minutes of ["1", " 60 ", "1440"]) expect(firstWrong({ ...named, progress: true, minutes })).toBe(0);
    const many = Array.from({ length: 101 }, (_, i) => ({ id: String(i), name: "", version: "" }));
    expect(faultsOf({ ...blocking, apps: many }, 2)).toEqual({ apps: "appsMany" });
  });
  it("sends what is hidden as off, and blocking as Graph's inverse", () => {
    expect(espBody(blocking)).toMatchObject({
      blockDeviceSetupRetryByUser: false,
      selectedMobileAppIds: ["a"],
      allowNonBlockingAppInstallation: true,
      allowDeviceResetOnInstallFailure: true,
    });
    expect(espBody({ ...blocking, progress: false, customMessage: true, logs: true, onlyOobe: true })).toMatchObject({
      blockDeviceSetupRetryByUser: true,
      selectedMobileAppIds: [],
      allowNonBlockingAppInstallation: false,
      allowDeviceResetOnInstallFailure: false,
      customErrorMessage: "",
      allowLogCollectionOnInstallFailure: false,
      disableUserStatusTrackingAfterFirstUser: false,
    });
    expect(espBody({ ...blocking, selected: false })).toMatchObject({ selectedMobileAppIds: [], allowNonBlockingAppInstallation: false });
  });
  it("is the same after it was stored", () => {
    const body = espBody({ ...blocking, customMessage: true, message: "Call 4711", onlyOobe: true });
    const assignments = [
      { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: "g" } },
      { target: { "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", groupId: "x" } },
      { target: { "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" } },
    ];
    const back = draftOf(
      { id: "1", ...body, assignments },
      (g) => g.toUpperCase(),
      () => ({ name: "Editor", version: "2" }),
    );
    expect(back).toEqual({
      ...blocking,
      customMessage: true,
      message: "Call 4711",
      onlyOobe: true,
      allUsers: true,
      included: [{ id: "g", name: "G" }],
      excluded: [{ id: "x", name: "X" }],
    });
  });
  it("knows the tenant's own by its id", () => {
    expect(isDefault({ id: "t_DefaultWindows10EnrollmentCompletionPageConfiguration" })).toBe(true);
    expect(isDefault({ id: "t_Windows10EnrollmentCompletionPageConfiguration" })).toBe(false);
  });
  it("outlives the window, for one person", () => {
    expect(espDrafts.save("ada", named)).toBe(true);
    expect(espDrafts.load("ada")).toEqual(named);
    expect(espDrafts.load("mia")).toBeUndefined();
    localStorage.setItem("taxiway.espDraft.mia", '{"name":1}');
    expect(espDrafts.load("mia")).toBeUndefined();
    espDrafts.drop("ada");
    expect(espDrafts.load("ada")).toBeUndefined();
  });
});
