import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { Autocomplete, Dialog, Header, Input, Label, Menu, MenuItem, MenuSection, Modal, ModalOverlay, SearchField, useFilter } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../components/icon";
import { problemText } from "../components/states";
import { useToast } from "../components/toast";
import { devicesKey, findDevices } from "../features/devices/api/devices";
import { signOut } from "../lib/session";
import { applyTheme } from "../lib/theme";
import { autopilotDevices } from "../routes/paths";
import { usePlaces } from "../routes/places";
import { languages, setLanguage, type Language } from "./i18n";
import styles from "./palette.module.css";
import "../locales/en/frame";
import "../locales/en/palette";
import "../locales/en/problem";

interface Command {
  id: string;
  label: string;
  icon: IconName;
  run: () => void;
}

const leastSearched = 2; // letters before the server is asked for devices

/** Finds a page, an action or a device by some of its letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const { contains } = useFilter({ sensitivity: "base" });
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []); // it was opened to be typed into
  const wanted = useDeferredValue(text.trim());
  const devices = useQuery({
    queryKey: [...devicesKey, "found", wanted],
    queryFn: ({ signal }) => findDevices(wanted, signal),
    enabled: wanted.length >= leastSearched,
  });
  const places = usePlaces().map((p): Command => ({
    id: `${p.to} ${JSON.stringify(p.search ?? {})}`,
    label: p.label,
    icon: p.icon,
    run: () => void navigate({ to: p.to, search: p.search ?? {} }),
  }));
  const found = (devices.data?.value ?? []).map((d): Command => ({
    id: d.id,
    label: `${d.serialNumber ?? ""} ${d.model ?? ""}`,
    icon: "desktop",
    run: () => void navigate({ to: autopilotDevices, search: { pane: d.id } }),
  }));
  const commands: Command[] = [
    { id: "light", label: t("palette.light"), icon: "weather_sunny", run: () => applyTheme("light") },
    { id: "dark", label: t("palette.dark"), icon: "weather_moon", run: () => applyTheme("dark") },
    ...(Object.keys(languages) as Language[])
      .filter((l) => l !== i18n.language)
      .map((l): Command => ({ id: l, label: `${t("frame.language")}: ${languages[l]}`, icon: "settings", run: () => void setLanguage(l, true) })),
    { id: "out", label: t("frame.signOut"), icon: "sign_out", run: () => void signOut().catch((e: unknown) => toast("danger", problemText(e, t("problem.offline")))) },
  ];
  const section = (title: string, list: readonly Command[], also = "") =>
    list.length > 0 && (
      <MenuSection>
        <Header className={styles.header ?? ""}>{title}</Header>
        {list.map((c) => (
          // The server found a device by more than its label says.
          <MenuItem
            key={c.id}
            id={c.id}
            textValue={c.label + also}
            className={styles.item ?? ""}
            onAction={() => {
              onClose();
              c.run();
            }}
          >
            <Icon name={c.icon} />
            {c.label}
          </MenuItem>
        ))}
      </MenuSection>
    );
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={styles.shade ?? ""}>
      <Modal className={styles.modal ?? ""}>
        <Dialog aria-label={t("palette.title")} className={styles.dialog ?? ""}>
          <Autocomplete inputValue={text} onInputChange={setText} filter={contains}>
            <SearchField className={styles.search ?? ""}>
              <Label className="visually-hidden">{t("palette.title")}</Label>
              <Icon name="search" />
              <Input ref={input} className={styles.input ?? ""} placeholder={t("palette.hint")} />
            </SearchField>
            {/* It scrolls, so the keyboard has to reach it. */}
            <section className={styles.scroll} aria-label={t("palette.found")} tabIndex={0}>
              <Menu aria-label={t("palette.title")} className={styles.menu ?? ""} renderEmptyState={() => <p className={styles.empty}>{t("palette.nothing")}</p>}>
                {section(t("palette.pages"), places)}
                {section(t("palette.actions"), commands)}
                {section(t("palette.devices"), found, ` ${text}`)}
              </Menu>
            </section>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
