// The display languages of Windows 11 that a deployment profile can ask for, by
// tag (Windows page "Available languages for Windows"). Their names come from
// the browser, in the language of the site.
export const windowsLanguages = [
  "ar-SA",
  "bg-BG",
  "ca-ES",
  "cs-CZ",
  "da-DK",
  "de-DE",
  "el-GR",
  "en-GB",
  "en-US",
  "es-ES",
  "es-MX",
  "et-EE",
  "eu-ES",
  "fi-FI",
  "fr-CA",
  "fr-FR",
  "gl-ES",
  "he-IL",
  "hr-HR",
  "hu-HU",
  "id-ID",
  "it-IT",
  "ja-JP",
  "ko-KR",
  "lt-LT",
  "lv-LV",
  "nb-NO",
  "nl-NL",
  "pl-PL",
  "pt-BR",
  "pt-PT",
  "ro-RO",
  "ru-RU",
  "sk-SK",
  "sl-SI",
  "sr-Latn-RS",
  "sv-SE",
  "th-TH",
  "tr-TR",
  "uk-UA",
  "vi-VN",
  "zh-CN",
  "zh-TW",
] as const;

/** Tag and name of each, sorted by name as the language of the site sorts. */
export function languageNames(locale: string): { tag: string; name: string }[] {
  const names = new Intl.DisplayNames([locale], { type: "language", languageDisplay: "standard" });
  const collator = new Intl.Collator(locale);
  return windowsLanguages.map((tag) => ({ tag, name: names.of(tag) ?? tag })).sort((a, b) => collator.compare(a.name, b.name));
}
