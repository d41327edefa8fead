import { expect, it } from "vitest";
import { asPowerShell, asRequest } from "./call";

const base = "https://autopilot.contoso.example";

it("writes a request as HTTP has it", () => {
  expect(asRequest({ method: "DELETE", path: "/v1.0/groups/1" }, base)).toBe("DELETE https://autopilot.contoso.example/v1.0/groups/1\nAuthorization: Bearer {token}\n");
  expect(asRequest({ method: "PATCH", path: "/v1.0/groups/1", body: { displayName: "Sales" } }, base)).toBe(
    'PATCH https://autopilot.contoso.example/v1.0/groups/1\nAuthorization: Bearer {token}\nContent-Type: application/json\n\n{\n  "displayName": "Sales"\n}\n',
  );
});

it("writes a request so that PowerShell takes nothing in it for its own", () => {
  const text = asPowerShell({ method: "POST", path: "/beta/devices?$filter=id eq '1'", body: { name: "O'Neill $(whoami) `n \"x\"\n'@ ; calc" } }, base);
  expect(text).toContain("-Uri 'https://autopilot.contoso.example/beta/devices?$filter=id eq ''1''' -ContentType");
  const [open, ...rest] = text.split("\n");
  expect(open).toBe("$body = @'");
  // JSON has no line breaks inside its texts, so only the last line ends the here-string.
  expect(rest.filter((l) => l.startsWith("'@"))).toEqual(["'@"]);
});
