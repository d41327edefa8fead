import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../components/button";
import { Checkbox } from "../components/checkbox";
import { Segmented, Select, TextField } from "../components/field";
import { MenuButton } from "../components/menu-button";
import { Drawer, Question } from "../components/overlay";
import { CommandBar, Facts, Page } from "../components/page";
import { Empty, MessageBar, Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { Stepper } from "../components/stepper";
import { useToast } from "../components/toast";
import { GraphError } from "../lib/graph";
import { profileStatuses } from "../lib/status";
import styles from "../components/form.module.css";
import "../locales/en/autopilot";
import "../locales/en/common";
import "../locales/en/gallery";
import "../locales/en/home";
import "../locales/en/importing";
import "../locales/en/problem";
import "../locales/en/profiles";
import "../locales/en/wizard";

const problems = [
  new GraphError(0, "Offline", "", "", undefined, []),
  new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "", undefined, []),
  new GraphError(404, "ResourceNotFound", "", "", undefined, []),
  new GraphError(429, "TooManyRequests", "This caller sends too many requests.", "01a21e42-f6bb-79a3-a2e8-267795b6de34", 7, []),
];

/** Every component of the site in its states: what the accessibility check
 * looks at first. */
export default function Gallery() {
  const { t } = useTranslation();
  const toast = useToast();
  const [text, setText] = useState("Kiosk 7");
  const [pill, setPill] = useState<"no" | "yes">("yes");
  const [choice, setChoice] = useState("user");
  const [ticked, setTicked] = useState(true);
  const [open, setOpen] = useState<"drawer" | "question">();
  const words = [
    { value: "no", label: t("common.no") },
    { value: "yes", label: t("common.yes") },
  ] as const;
  const choices = [
    { value: "user", label: t("wizard.userDriven") },
    { value: "self", label: t("wizard.selfDeploying") },
  ];
  return (
    <Page title={t("gallery.title")} subtitle={t("common.taxiway")} crumbs={[{ label: t("home.title"), to: "/" }]} closeTo="/">
      <p>{t("gallery.intro")}</p>
      <div className={styles.step}>
        <CommandBar label={t("gallery.title")} end={t("autopilot.count", { n: 7 })}>
          <Button look="command" icon="arrow_clockwise">
            {t("common.refresh")}
          </Button>
          <Button look="command" icon="delete" isDisabled>
            {t("common.delete")}
          </Button>
          <MenuButton
            look="command"
            icon="add"
            label={t("profiles.createProfile")}
            actions={[{ id: "pc", label: t("profiles.windowsPc"), onAction: () => toast("success", t("profiles.windowsPc")) }]}
          >
            {t("profiles.createProfile")}
          </MenuButton>
          <IconButton icon="dismiss" label={t("common.close")} />
        </CommandBar>
        <CommandBar label={t("common.create")}>
          <Button look="primary" onPress={() => setOpen("drawer")}>
            {t("autopilot.selectUser")}
          </Button>
          <Button look="primary" isDisabled>
            {t("common.save")}
          </Button>
          <Button onPress={() => setOpen("question")}>{t("common.delete")}</Button>
          <Button isDisabled>{t("common.cancel")}</Button>
        </CommandBar>
        <Stepper labels={[t("wizard.basics"), t("wizard.oobe"), t("wizard.assignments"), t("wizard.review")]} current={2} onGo={() => undefined} />
        <TextField label={t("common.name")} about={t("autopilot.about.deviceName")} required value={text} onChange={setText} hint={t("autopilot.about.groupTag")} />
        <TextField label={t("wizard.templateName")} required value="" onChange={() => undefined} error={t("wizard.faults.empty")} />
        <TextField label={t("common.description")} tall disabled value={text} onChange={setText} />
        <TextField label={t("importing.path")} readOnly value="" onChange={() => undefined} placeholder={t("importing.none")} />
        <Segmented label={t("wizard.convert")} about={t("wizard.convertAbout")} value={pill} onChange={setPill} options={words} />
        <Segmented label={t("wizard.preprovision")} disabled value="no" onChange={setPill} options={words} />
        <Select label={t("wizard.mode")} about={t("wizard.modeAbout")} required value={choice} onChange={setChoice} options={choices} />
        <Select label={t("wizard.join")} disabled value="user" onChange={setChoice} options={choices} />
        <Checkbox label={t("autopilot.selectAll")} checked={ticked} onChange={setTicked} />
        <Facts facts={profileStatuses.map((s) => ({ label: t("autopilot.profileStatus"), value: <StatusWord status={s} /> })).slice(0, 1)} />
        {profileStatuses.map((s) => (
          <div key={s}>
            <StatusWord status={s} />
          </div>
        ))}
        {(["info", "success", "warning"] as const).map((tone) => (
          <MessageBar key={tone} tone={tone}>
            {t("autopilot.intro")}
          </MessageBar>
        ))}
        <MessageBar tone="danger">{t("problem.offline")}</MessageBar>
        <Empty title={t("autopilot.emptyTitle")} action={<Button icon="arrow_import">{t("autopilot.import")}</Button>}>
          {t("autopilot.empty")}
        </Empty>
        {problems.map((p) => (
          <Problem key={p.code} error={p} onRetry={() => undefined} />
        ))}
        <Skeleton rows={3} />
      </div>
      {open === "drawer" && (
        <Drawer title={t("autopilot.selectUser")} subtitle={t("common.taxiway")} onClose={() => setOpen(undefined)} footer={<Button look="primary">{t("common.select")}</Button>}>
          <p>{t("autopilot.noUsers")}</p>
        </Drawer>
      )}
      {open === "question" && (
        <Question
          title={t("autopilot.deleteTitle", { count: 3 })}
          onClose={() => setOpen(undefined)}
          footer={<Button onPress={() => setOpen(undefined)}>{t("common.cancel")}</Button>}
        >
          <p>{t("autopilot.deleteText")}</p>
        </Question>
      )}
    </Page>
  );
}
