import { Link } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "./icon";
import styles from "./page.module.css";
import "../locales/en/common";
import "../locales/en/frame";

export interface Crumb {
  label: string;
  to: string;
}

interface Props {
  title: string;
  subtitle?: string;
  crumbs?: readonly Crumb[];
  closeTo?: string;
  children: ReactNode;
}

/** What every page begins with: where it is, its title, and the way back. */
export function Page({ title, subtitle, crumbs = [], closeTo, children }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${t("common.taxiway")}`;
  }, [title, t]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true }); // a new page is read from its heading
  }, []);
  return (
    <>
      {crumbs.length > 0 && (
        <nav aria-label={t("frame.breadcrumbs")} className={styles.crumbs}>
          <ol>
            {crumbs.map((c) => (
              <li key={c.to}>
                <Link to={c.to} activeOptions={{ exact: true }}>
                  {c.label}
                </Link>
                <Icon name="chevron_right" />
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className={styles.head}>
        <div>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {title}
          </h1>
          {subtitle && <p className={styles.subtitle}>{subtitle}</p>}
        </div>
        {closeTo && (
          <Link to={closeTo} activeOptions={{ exact: true }} className={styles.close} aria-label={t("common.close")}>
            <Icon name="dismiss" />
          </Link>
        )}
      </div>
      {children}
    </>
  );
}

export interface MenuEntry {
  label: string;
  to: string;
  icon: IconName;
}

interface MenuGroup {
  heading?: string;
  entries: readonly MenuEntry[];
}

/** A page with a menu of its own, as "Devices | Overview". */
export function WithMenu({ title, groups, children }: { title: string; groups: readonly MenuGroup[]; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={styles.withMenu}>
      <nav aria-label={t("frame.innerMenu", { title })} className={styles.menu}>
        {groups.map((g, i) => (
          <div key={g.heading ?? i}>
            {g.heading && <h2 className={styles.menuHeading}>{g.heading}</h2>}
            <ul>
              {g.entries.map((e) => (
                <li key={e.to}>
                  <Link to={e.to} activeOptions={{ exact: true }} className={styles.entry}>
                    <Icon name={e.icon} />
                    {e.label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className={styles.content}>{children}</div>
    </div>
  );
}

/** A row of commands with a text at its end. */
export function CommandBar({ label, children, end }: { label: string; children: ReactNode; end?: ReactNode }) {
  return (
    <div className={styles.commands}>
      <div role="group" aria-label={label} className={styles.buttons}>
        {children}
      </div>
      {end && <div className={styles.end}>{end}</div>}
    </div>
  );
}

/** Labels and values. */
export function Facts({ facts }: { facts: readonly { label: string; value: ReactNode }[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map((f) => (
        <div key={f.label}>
          <dt>{f.label}</dt>
          <dd>{f.value}</dd>
        </div>
      ))}
    </dl>
  );
}
