import { useSyncExternalStore } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "taxiway.theme";

const watchers = new Set<() => void>();

/** The theme that is chosen now. */
export const useTheme = (): Theme =>
  useSyncExternalStore((onChange) => {
    watchers.add(onChange);
    return () => watchers.delete(onChange);
  }, storedTheme);

export function storedTheme(): Theme {
  const stored = localStorage.getItem(key);
  return themes.find((t) => t === stored) ?? "system";
}

/** Dresses the page; "system" follows the device. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") {
    localStorage.removeItem(key);
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem(key, theme);
    document.documentElement.dataset["theme"] = theme;
  }
  for (const w of watchers) w();
}
