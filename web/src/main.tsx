import "./styles/tokens.css";
import "./styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startI18n } from "./app/i18n";
import { Root } from "./app/root";
import { GraphError, send, setCsrf, signIn } from "./lib/graph";
import type { Session } from "./lib/session";
import { applyTheme, storedTheme } from "./lib/theme";

applyTheme(storedTheme());

// A part of the site that is gone was replaced by a newer version: the page is
// loaded anew, once.
window.addEventListener("vite:preloadError", (event) => {
  if (sessionStorage.getItem("taxiway.reloaded")) return;
  sessionStorage.setItem("taxiway.reloaded", "1");
  event.preventDefault();
  location.reload();
});

const [session] = await Promise.all([who(), startI18n()]);
const element = document.getElementById("root");
if (element && session !== "leaving") {
  if (!(session instanceof GraphError)) setCsrf(session.csrf);
  createRoot(element).render(
    <StrictMode>
      <Root session={session} />
    </StrictMode>,
  );
  sessionStorage.removeItem("taxiway.reloaded");
}

/** Who is signed in; nobody: the browser leaves for the sign-in pages. */
async function who(): Promise<Session | GraphError | "leaving"> {
  try {
    return await send<Session>("GET", "/ui/session");
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    if (error.status !== 401) return error;
    signIn();
    return "leaving";
  }
}
