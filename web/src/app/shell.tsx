import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../components/button";
import { Icon, type IconName } from "../components/icon";
import { MenuButton } from "../components/menu-button";
import { useToast } from "../components/toast";
import { problemText } from "../components/states";
import { signIn } from "../lib/graph";
import { signOut, useSession } from "../lib/session";
import { applyTheme, themes, useTheme } from "../lib/theme";
import { languages, setLanguage, type Language } from "./i18n";
import styles from "./shell.module.css";
import "../locales/en/common";
import "../locales/en/frame";
import "../locales/en/menu";
import "../locales/en/palette";
import "../locales/en/problem";

const Palette = lazy(() => import("./palette"));

/** The frame of every page: bar above, main menu at the side. */
export function Shell() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const [openAt, setOpenAt] = useState<string>(); // another page closes the menu
  const open = openAt === path;
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.key !== "k" || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return;
      e.preventDefault(); // browsers have a search of their own on it
      setSearching(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const entries: { label: string; to: string; icon: IconName }[] = [
    { label: t("menu.home"), to: "/", icon: "home" },
    { label: t("menu.guide"), to: "/guide", icon: "book_open" },
    { label: t("menu.devices"), to: "/devices", icon: "desktop" },
    { label: t("menu.apps"), to: "/apps", icon: "apps" },
    { label: t("menu.people"), to: "/users", icon: "person" },
    { label: t("menu.groups"), to: "/groups", icon: "people" },
    { label: t("menu.branding"), to: "/tenant/branding", icon: "paint_brush" },
    { label: t("menu.lab"), to: "/lab", icon: "wrench" },
    { label: t("menu.monitor"), to: "/monitor/deployments", icon: "pulse" },
    { label: t("menu.audit"), to: "/monitor/audit", icon: "history" },
    { label: t("menu.about"), to: "/about", icon: "info" },
  ];
  return (
    <div className={styles.frame}>
      <a href="#content" className={styles.skip}>
        {t("frame.skip")}
      </a>
      <header className={styles.bar}>
        <span className={styles.onlySmall}>
          <IconButton icon="navigation" label={t("frame.openMenu")} aria-expanded={open} onPress={() => setOpenAt(open ? undefined : path)} />
        </span>
        <Link to="/" className={styles.product}>
          {t("common.taxiway")}
        </Link>
        <IconButton icon="search" label={t("palette.button")} aria-keyshortcuts="Control+K" onPress={() => setSearching(true)} />
        <Settings />
      </header>
      <nav aria-label={t("frame.menu")} className={`${styles.rail} ${open ? styles.open : ""}`}>
        <ul>
          {entries.map((e) => (
            <li key={e.to}>
              <Link to={e.to} activeOptions={{ exact: e.to === "/" }} className={styles.entry}>
                <Icon name={e.icon} />
                {e.label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <Suspense>{searching && <Palette onClose={() => setSearching(false)} />}</Suspense>
    </div>
  );
}

function Settings() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const toast = useToast();
  const theme = useTheme();
  const names = { system: t("frame.themeSystem"), light: t("frame.themeLight"), dark: t("frame.themeDark") };
  return (
    <div className={styles.settings}>
      <MenuButton
        look="command"
        icon={theme === "dark" ? "weather_moon" : "weather_sunny"}
        label={t("frame.theme")}
        actions={themes.map((x) => ({
          id: x,
          label: names[x],
          checked: x === theme,
          onAction: () => applyTheme(x),
        }))}
      >
        <span className={styles.wide}>{t("frame.theme")}</span>
      </MenuButton>
      <MenuButton
        look="command"
        label={t("frame.language")}
        actions={(Object.keys(languages) as Language[]).map((l) => ({
          id: l,
          label: languages[l],
          checked: l === i18n.language,
          onAction: () => void setLanguage(l, true),
        }))}
      >
        {languages[i18n.language as Language]}
      </MenuButton>
      <MenuButton
        look="command"
        icon="person"
        label={t("frame.account", { name: session.user.displayName })}
        actions={[
          { id: "another", label: t("frame.another"), icon: "person_add", onAction: () => signIn(true) },
          {
            id: "out",
            label: t("frame.signOut"),
            icon: "sign_out",
            onAction: () => void signOut().catch((e: unknown) => toast("danger", problemText(e, t("problem.offline")))),
          },
        ]}
      >
        <span className={styles.who}>
          <span>{session.user.userPrincipalName}</span>
          <span>{session.tenant.displayName}</span>
        </span>
      </MenuButton>
    </div>
  );
}
