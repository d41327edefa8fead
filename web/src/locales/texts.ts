/** The site's texts in English, as far as they were brought. */
export const english: Record<string, unknown> = {};

/** A section of the catalogue. It comes with the first file that shows any of
 * it: that file imports the section for its effect (texts.test.ts looks). */
export function texts<const T>(section: string, words: T): T {
  english[section] = words;
  return words;
}
