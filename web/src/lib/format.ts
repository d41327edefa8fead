import { useTranslation } from "react-i18next";
import { moment } from "./status";
import "../locales/en/common";

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, in words of the language. */
export function relative(at: Date, now: Date, locale: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, size] = steps.find(([, s]) => Math.abs(seconds) >= s) ?? ["second", 1];
  return words.format(Math.round(seconds / size), unit);
}

/** Formats numbers and times in the language of the site. */
export function useFormat() {
  const { i18n, t } = useTranslation();
  const locale = i18n.language;
  return {
    number: (n: number) => new Intl.NumberFormat(locale).format(n),
    time: (text: string | null | undefined) => {
      const at = moment(text);
      return at ? new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(at) : t("common.never");
    },
  };
}
