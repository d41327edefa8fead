import { createContext, useContext } from "react";
import { en, type Words } from "./en";

/** The language that the site was set to, or the browser's. */
export function wantedLanguage(): "en" | "de" {
  const stored = localStorage.getItem("taxiway.language");
  if (stored === "en" || stored === "de") return stored;
  return navigator.languages.some((l) => l.startsWith("en")) || !navigator.languages.some((l) => l.startsWith("de")) ? "en" : "de";
}

export async function loadWords(language: "en" | "de"): Promise<Words> {
  return language === "de" ? (await import("./de")).de : en;
}

export const WordsContext = createContext<Words>(en);
export const useWords = (): Words => useContext(WordsContext);
