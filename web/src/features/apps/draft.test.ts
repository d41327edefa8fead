import { describe, expect, it } from "vitest";
import { assignable, assignmentsOf, audiencesOf, everybodyTwice, faultsOf, fieldsOf, forNobody, newDraft, noAudience, noAudiences, repeated } from "./draft";

const group = (id: string) => ({ id, name: `Group ${id}` });
const right = { ...newDraft, name: "VPN", productCode: "{0A1B2C3D-0000-4000-8000-0123456789ab}", productVersion: "1.2.3" };

describe("an app", () => {
  it("names the field that is wrong", () => {
    expect(faultsOf(right)).toEqual({});
    expect(faultsOf(newDraft)).toEqual({ name: "nameRequired", productCode: "code", productVersion: "version" });
    expect(faultsOf({ ...right, name: "x".repeat(201), publisher: "x".repeat(1025), commandLine: "x".repeat(1025) })).toEqual({
      name: "nameLong",
      publisher: "publisherLong",
      commandLine: "commandLong",
    });
    for (const version of ["1.2.3.4.5", "1.", "v1", "123456"]) expect(faultsOf({ ...right, productVersion: version })).toEqual({ productVersion: "version" });
  });

  it("is for the device unless Graph says otherwise", () => {
    expect(fieldsOf({ displayName: "VPN" })).toMatchObject({ name: "VPN", context: "device", ignoreVersion: false });
    expect(fieldsOf({ useDeviceContext: false }).context).toBe("user");
  });
});

describe("an app's assignments", () => {
  const audiences = {
    required: { ...noAudience, included: [group("a")], excluded: [group("b")] },
    available: noAudience,
    uninstall: { ...noAudience, allUsers: true },
  };

  it("go to Graph and come back", () => {
    const wire = assignmentsOf(audiences);
    expect(wire.map((a) => [a.intent, a.target["@odata.type"], a.target["groupId"]])).toEqual([
      ["required", "#microsoft.graph.groupAssignmentTarget", "a"],
      ["required", "#microsoft.graph.exclusionGroupAssignmentTarget", "b"],
      ["uninstall", "#microsoft.graph.allLicensedUsersAssignmentTarget", undefined],
    ]);
    expect(
      audiencesOf(
        wire.map((a, i) => ({ ...a, id: String(i) })),
        (id) => `Group ${id}`,
      ),
    ).toEqual(audiences);
  });

  it("mean a group once, and everybody once", () => {
    expect(assignable(audiences)).toBe(true);
    expect(forNobody(noAudiences)).toBe(true);
    const twice = { ...audiences, available: { ...noAudience, included: [group("b")] } };
    expect(repeated(twice)).toEqual([group("b")]);
    expect(assignable(twice)).toBe(false);
    const everybody = { ...audiences, required: { ...noAudience, allUsers: true } };
    expect(everybodyTwice(everybody)).toBe(true);
    expect(assignable(everybody)).toBe(false);
  });
});
