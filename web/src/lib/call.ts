/** One request to Graph, written down before it is sent, so that it can be
 * shown and copied too. The path begins with the version. */
export interface Call {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
}

const json = (body: unknown) => JSON.stringify(body, null, 2);

/** As an HTTP request, for curl and tools like it. */
export function asRequest({ method, path, body }: Call, base: string): string {
  const head = `${method} ${base}${path}\nAuthorization: Bearer {token}`;
  return body === undefined ? `${head}\n` : `${head}\nContent-Type: application/json\n\n${json(body)}\n`;
}

/** For the Microsoft Graph PowerShell module, in any of its versions. */
export function asPowerShell({ method, path, body }: Call, base: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const line = `Invoke-MgGraphRequest -Method ${method} -Uri ${quoted(base + path)}`;
  if (body === undefined) return `${line}\n`;
  // Nothing in a here-string means anything but its end, which begins a line.
  return `$body = @'\n${json(body)}\n'@\n${line} -ContentType 'application/json' -Body $body\n`;
}
