import { useTranslation } from "react-i18next";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size in the largest unit that fits, in words of the language. */
export function bytesIn(n: number, locale: string): string {
  let unit = 0;
  let size = n;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[unit] ?? "byte", unitDisplay: "short", maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 }).format(size);
}

/** Formats sizes in the language of the site. */
export function useBytes() {
  const { i18n } = useTranslation();
  return (n: number) => bytesIn(n, i18n.language);
}
