import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { english } from "../locales/texts";

export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const key = "taxiway.language";
const isLanguage = (text: string | null | undefined): text is Language => text === "en" || text === "de";

function wanted(): Language {
  const stored = localStorage.getItem(key);
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((l) => l.slice(0, 2)).find(isLanguage) ?? "en";
}

async function load(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "translation")) {
    const { de } = await import("../locales/de");
    i18next.addResourceBundle("de", "translation", de);
  }
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: english } },
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await setLanguage(wanted());
}

/** Changes the language of the site and remembers it. */
export async function setLanguage(language: Language, remember = false): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (remember) localStorage.setItem(key, language);
}
