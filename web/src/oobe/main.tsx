import "../styles/tokens.css";
import "../styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { GraphError, send, setCsrf, signIn } from "../lib/graph";
import { applyTheme, storedTheme } from "../lib/theme";
import type { Session } from "../lib/session";
import { App, Nothing } from "./app";
import { loadWords, wantedLanguage, WordsContext } from "./words";

applyTheme(storedTheme());
const language = wantedLanguage();
document.documentElement.lang = language;

/** Who is signed in; nobody: the browser leaves for the sign-in pages. */
async function who(): Promise<Session | undefined | "leaving"> {
  try {
    return await send<Session>("GET", "/ui/session");
  } catch (error) {
    if (!(error instanceof GraphError) || error.status !== 401) return undefined;
    signIn();
    return "leaving";
  }
}

const [words, session] = await Promise.all([loadWords(language), who()]);
const element = document.getElementById("root");
const name = decodeURIComponent(location.pathname.replace(/^\/oobe\//, "").replace(/\/$/, ""));
if (element && session !== "leaving") {
  if (session) setCsrf(session.csrf);
  createRoot(element).render(
    <StrictMode>
      <WordsContext value={words}>
        {session && /^[A-Za-z0-9-]+$/.test(name) ? (
          <App name={name.toLowerCase()} drives={session.permissions.includes("DeviceManagementManagedDevices.PrivilegedOperations.All")} />
        ) : (
          <Nothing trouble={session ? "gone" : "lost"} onRetry={() => location.reload()} />
        )}
      </WordsContext>
    </StrictMode>,
  );
}
