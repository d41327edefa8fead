import { describe, expect, it } from "vitest";
import { complete } from "./complete";
import { allAutopilot, byGroupTag } from "./presets";
import { operatorsOf, toRows, toText, type RuleProperty } from "./rows";
import { tokens, unitsAt } from "./tokens";

const text = ["-eq", "-ne", "-startsWith", "-notStartsWith", "-endsWith", "-notEndsWith", "-contains", "-notContains", "-match", "-notMatch", "-in", "-notIn"];
const property = (object: RuleProperty["object"], name: string, type = "String", operators = text, values: string[] = []): RuleProperty => ({
  object,
  name,
  type,
  operators,
  values,
});
const language: RuleProperty[] = [
  property("device", "accountEnabled", "Boolean", ["-eq", "-ne"]),
  property("device", "devicePhysicalIds", "String collection", ["-any", "-all", ...text]),
  property("device", "deviceModel"),
  property("device", "deviceOSVersion", "String", [...text, "-ge", "-le"]),
  property("device", "deviceOwnership", "String", text, ["Personal", "Company", "Unknown"]),
  property("user", "department"),
  property("user", "employeeHireDate", "Date", ["-eq", "-ne", "-ge", "-le"]),
  property("user", "assignedPlans", "Plan collection", ["-any", "-all", "-eq", "-ne"]),
  property("assignedPlan", "service"),
];
const rows = (rule: string) => toRows(rule, language);
const again = (rule: string) => toText(rows(rule) ?? [], language);

describe("a rule in lines", () => {
  it.each([
    [allAutopilot, '(device.devicePhysicalIds -any (_ -startsWith "[ZTDid]"))'],
    ['device.devicePhysicalIds -any _ -contains "[ZTDId]"', '(device.devicePhysicalIds -any (_ -contains "[ZTDId]"))'],
    ["Device.DeviceModel –eq \"A\" AND (device.devicemodel ne 'B')", '(device.deviceModel -eq "A") and (device.deviceModel -ne "B")'],
    [
      '((device.deviceModel -eq "A") or (device.deviceModel -eq "B") -and (device.accountEnabled -eq True))',
      '(device.deviceModel -eq "A") or (device.deviceModel -eq "B") and (device.accountEnabled -eq true)',
    ],
    ['device.deviceModel -in ["A","B C"]', '(device.deviceModel -in ["A", "B C"])'],
    ["device.deviceModel -ne $null", "(device.deviceModel -ne null)"],
    ['device.deviceModel -eq "say `"x`" `` y"', '(device.deviceModel -eq "say `"x`" `` y")'],
    ["device.deviceModel -eq 'O''Neil'", `(device.deviceModel -eq "O'Neil")`],
    ["device.deviceOSVersion -ge 10.0.26100", '(device.deviceOSVersion -ge "10.0.26100")'],
    ["user.employeeHireDate -ge system.now -minus p7d", "(user.employeeHireDate -ge system.now -minus p7d)"],
    ['device.devicePhysicalIds -contains "[ZTDId]"', '(device.devicePhysicalIds -contains "[ZTDId]")'],
  ])("%s", (rule, written) => {
    expect(again(rule)).toBe(written);
    expect(rows(written)).toEqual(rows(rule));
  });
  it.each([
    '(device.deviceModel -eq "A" or device.deviceModel -eq "B") and device.accountEnabled -eq true',
    '-not (device.deviceModel -eq "A")',
    'device.devicePhysicalIds -any (_ -eq "A" and _ -eq "B")',
    'user.assignedPlans -any (assignedPlan.service -eq "SCO")',
    'device.deviceModel -eq "null"',
    'device.deviceModel -in ["A,B"]',
    'device.deviceModel -eq "A',
    'device.deviceModel -eq "A" device.deviceModel -eq "B"',
    'device.unknown -eq "A"',
    "device.deviceModel -is null",
    "device.deviceModel -eq",
    "nonsense",
    "(device.deviceModel -eq “A”)",
    'device.accountEnabled -eq "true"',
  ])("not %s", (rule) => expect(rows(rule)).toBeUndefined());
  it("is empty when nothing is written, and leaves out what is not filled in", () => {
    expect(rows("  ")).toEqual([]);
    expect(toText([{ join: "and", property: "", operator: "", value: "" }], language)).toBe("");
    expect(
      toText(
        [
          { join: "and", property: "device.deviceModel", operator: "-eq", value: "A" },
          { join: "or", property: "device.deviceModel", operator: "", value: "" },
        ],
        language,
      ),
    ).toBe('(device.deviceModel -eq "A")');
  });
  it("says of how many elements of a collection it speaks", () => {
    expect(operatorsOf(language[1] as RuleProperty)).toContain("-all -notStartsWith");
    expect(operatorsOf(language[0] as RuleProperty)).toEqual(["-eq", "-ne"]);
  });
});

describe("a preset", () => {
  it("keeps what a tag says, whatever it says", () => {
    expect(byGroupTag('Say "x"', language)).toBe('(device.devicePhysicalIds -any (_ -eq "[OrderID]:Say `"x`""))');
    expect(rows(byGroupTag("null", language))?.[0]?.value).toBe("[OrderID]:null");
  });
});

describe("completion", () => {
  const at = (marked: string) => complete(marked.replace("|", ""), marked.indexOf("|"), language).options;
  it.each([
    ["|", ["device.", "user."]],
    ["own|", ["device.deviceOwnership"]],
    ["device.deviceO|", ["device.deviceOSVersion", "device.deviceOwnership"]],
    ["(device.accountEnabled |", ["-eq", "-ne"]],
    ["device.accountEnabled -eq |", ["true", "false"]],
    ["device.deviceOwnership -eq |", ['"Personal"', '"Company"', '"Unknown"']],
    ['device.deviceModel -eq "x" |', ["-and", "-or"]],
    ['device.deviceModel -eq "x" -a|', ["-and"]],
    ['device.deviceModel -eq "de|', []],
    ["device.devicePhysicalIds -any (|", ["_"]],
    ["user.assignedPlans -any (|", ["assignedPlan.service"]],
    ["device.devicePhysicalIds -any (_ -start|", ["-startsWith", "-notStartsWith"]],
    ['device.devicePhysicalIds -any (_ -eq "x") and device.acc|', ["device.accountEnabled"]],
    ["device.deviceModel -le|", []],
  ])("%s", (marked, options) => expect(at(marked)).toEqual(options));
  it("replaces what is being typed", () => {
    expect(complete("(device.deviceMo and", 16, language)).toMatchObject({ from: 1, to: 16 });
  });
});

describe("places in a text", () => {
  it("count characters on the server and units in the browser", () => {
    expect(unitsAt("😀 x", 2)).toBe(3);
    expect(tokens("😀 x")[1]).toMatchObject({ kind: "word", from: 3 });
  });
});
