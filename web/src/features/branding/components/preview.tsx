import { useTranslation } from "react-i18next";
import type { Branding, Texts } from "../api/branding";
import { isColor } from "../faults";
import styles from "./preview.module.css";
import "../../../locales/en/branding";

/** The sign-in page as it would look: a picture of it, nothing to operate. */
export function Preview({ name, texts, urls }: { name: string; texts: Texts; urls: Branding["urls"] }) {
  const { t } = useTranslation();
  return (
    <figure className={styles.figure}>
      <figcaption>{t("branding.preview")}</figcaption>
      <div className={styles.page} aria-hidden="true" style={isColor(texts.backgroundColor) ? { background: texts.backgroundColor } : {}}>
        {urls.backgroundImage && <img src={urls.backgroundImage} alt="" className={styles.backdrop} />}
        <div className={styles.card}>
          <div className={styles.inside}>
            {urls.bannerLogo ? <img src={urls.bannerLogo} alt="" className={styles.logo} /> : <span className={styles.name}>{name}</span>}
            <span className={styles.heading}>{t("branding.signIn")}</span>
            <span className={styles.input}>{texts.usernameHintText || t("branding.usualHint")}</span>
            <span className={styles.button}>{t("branding.next")}</span>
          </div>
          {texts.signInPageText && <div className={styles.words}>{texts.signInPageText}</div>}
        </div>
      </div>
    </figure>
  );
}
