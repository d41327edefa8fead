import { describe, expect, it } from "vitest";
import { decode, readList, writeCsv } from "./csv";
import { bareSearch, nextPath, query } from "./graph";
import { templateFault } from "./nametemplate";
import { profileStatus, readyToDeploy } from "./status";
import { languageNames, windowsLanguages } from "./windows-languages";

const header = "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User";
const faults = (text: string) => readList(text).faults.map((f) => `${f.line} ${f.key}`);

describe("a list of devices", () => {
  it("takes three to five columns, any line ending and empty lines at the end", () => {
    expect(readList("Device Serial Number,Windows Product ID,Hardware Hash\r\nS1,,AAAA\r\n\r\n").rows).toHaveLength(1);
    const list = readList(`\uFEFF${header}\nS1,P1,AAAA,Tag,ann@contoso.example\nS2,,AAAA,,\n`);
    expect(list.faults).toEqual([]);
    expect(list.rows[0]).toEqual({ line: 2, serialNumber: "S1", productKey: "P1", hardwareIdentifier: "AAAA", groupTag: "Tag", assignedUser: "ann@contoso.example" });
    expect(list.total).toBe(2);
  });
  it("names the row that is one too many for Intune, and takes it otherwise", () => {
    const text = `${header}\n${Array.from({ length: 502 }, (_, i) => `S${i},,AAAA,,`).join("\n")}`;
    expect(readList(text)).toMatchObject({ total: 502, faults: [] });
    expect(readList(text, { strict: true }).faults).toEqual([{ line: 502, key: "limit", value: "500" }]);
    expect(readList(text, { strict: true }).rows).toHaveLength(500);
  });
  it("names line and fault", () => {
    expect(faults("")).toEqual(["0 empty"]);
    expect(faults(`${header}\n`)).toEqual(["0 empty"]);
    expect(faults(`${header.toLowerCase()}\nS1,,AAAA,,`)).toEqual(["1 header"]);
    expect(faults(`${header},More\nS1,,AAAA,,,`)).toEqual(["1 header"]);
    expect(faults(`"Device Serial Number",Windows Product ID,Hardware Hash\nS1,,AAAA`)).toEqual(["1 quotes"]);
    expect(faults(`${header}\n"S1",,AAAA,,\n,,AAAA,,\nS1,,A,,\nS2,,A?AA,,\nS3,,AAA,,\nS4,,AAAA,,nobody\nS5,,AAAA,,,x\nS6,,AAAA,,\nS6,,AAAA,,`)).toEqual([
      "2 quotes",
      "3 serial",
      "4 hash",
      "5 hash",
      "6 padding",
      "7 user",
      "8 columns",
      "10 duplicate",
    ]);
  });
  it("puts the padding right when asked to", () => {
    const list = readList(`${header}\nS1,,AAA,,\nS2,,AA==,,\nS3,,AA=,,\nS4,,AAAA=,,`, { repair: true });
    expect(list.faults).toEqual([]);
    expect(list.rows.map((r) => r.hardwareIdentifier)).toEqual(["AAA=", "AA==", "AA==", "AAAA"]);
  });
  it("reads plain text and refuses UTF-16", () => {
    expect(decode(new TextEncoder().encode("Grün")).text).toBe("Grün");
    expect(decode(new Uint8Array([0x47, 0x72, 0xfc, 0x6e])).text).toBe("Grün");
    expect(decode(new Uint8Array([0xff, 0xfe, 0x41, 0])).utf16).toBe(true);
    expect(decode(new Uint8Array([0x41, 0, 0x42, 0])).utf16).toBe(true);
  });
  it("is written so that no cell is a formula", () => {
    expect(writeCsv([["=1+1", "-2", "@x", "a,b", 'say "x"', "+1", "plain"]])).toBe(`'=1+1,'-2,'@x,"a,b","say ""x""",'+1,plain\r\n`);
  });
});

describe("a device name template", () => {
  it.each([
    ["PC-%SERIAL%", undefined],
    ["%RAND:15%", "digits"],
    ["%SERIAL%", undefined],
    ["KIOSK-%RAND:5%", undefined],
    ["ABCDEFGHIJKLMNO", undefined],
    ["ABCDEFGHIJKLMNOP", "long"],
    ["ABCDEFGHIJK%RAND:5%", "long"],
    ["ABCDEFGHIJKLMNO%SERIAL%", "noRoom"],
    ["%SERIAL%%SERIAL%", "serialTwice"],
    ["", "empty"],
    ["12345", "digits"],
    ["12345-", undefined],
    ["a b", "character"],
    ["PC_1", "character"],
    ["Pöc", "character"],
    ["PC-%SERIAL", "open"],
    ["PC-%RAND%", "macro"],
    ["PC-%RAND:0%", "macro"],
    ["PC-%RAND:16%", "macro"],
    ["PC-%RAND:05%", "macro"],
    ["pc-%serial%", undefined],
    ["pc-%rand:3%", undefined],
  ])("%j: %s", (template, fault) => expect(templateFault(template)).toBe(fault));
});

describe("the profile status", () => {
  it.each([
    ["notAssigned", "noRemediationRequired", "notAssigned"],
    ["pending", "noRemediationRequired", "assigning"],
    ["assignedInSync", "noRemediationRequired", "assigned"],
    ["assignedOutOfSync", "unknown", "assigned"],
    ["assignedUnkownSyncState", "unknown", "assigned"],
    ["failed", "unknown", "notAssigned"],
    ["assignedInSync", "automaticRemediationRequired", "fixPending"],
    ["notAssigned", "manualRemediationRequired", "attentionRequired"],
  ] as const)("%s and %s is %s", (deploymentProfileAssignmentStatus, remediationState, word) =>
    expect(profileStatus({ deploymentProfileAssignmentStatus, remediationState })).toBe(word),
  );
  it("is ready only when all three checks hold", () => {
    const good = {
      deploymentProfileAssignmentStatus: "assignedInSync",
      deploymentProfileAssignedDateTime: "2026-01-02T03:04:05Z",
      deploymentProfile: { displayName: "P" },
    } as const;
    expect(readyToDeploy(good)).toBe(true);
    expect(readyToDeploy({ ...good, deploymentProfileAssignedDateTime: "0001-01-01T00:00:00Z" })).toBe(false);
    expect(readyToDeploy({ ...good, deploymentProfile: null })).toBe(false);
    expect(readyToDeploy({ ...good, remediationState: "automaticRemediationRequired" })).toBe(false);
  });
});

describe("addresses of Graph", () => {
  it("go on through this server, whatever its public name", () => {
    expect(nextPath({ value: [], "@odata.nextLink": "https://elsewhere.example/beta/groups?$skiptoken=a%20b" })).toBe("/beta/groups?$skiptoken=a%20b");
    expect(nextPath({ value: [] })).toBeUndefined();
  });
  it("are encoded, and leave out what is empty", () => {
    expect(query({ $filter: "a eq 'b&c'", $search: undefined, $top: 5, q: "" })).toBe("?$filter=a%20eq%20'b%26c'&$top=5");
    expect(query({})).toBe("");
  });
  it("search for bare text, whatever was typed", () => {
    expect(bareSearch('  "(kiosk ')).toBe("kiosk");
    expect(bareSearch(" ( ")).toBeUndefined();
  });
});

describe("the display languages of Windows", () => {
  it("have a name each, in the language of the site, in its order", () => {
    const german = languageNames("de");
    expect(german.map((l) => l.tag).toSorted()).toEqual([...windowsLanguages].toSorted());
    expect(german.find((l) => l.tag === "de-DE")?.name).toBe("Deutsch (Deutschland)");
    expect(new Set(german.map((l) => l.name)).size).toBe(windowsLanguages.length);
  });
});
