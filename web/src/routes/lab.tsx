import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { MenuButton } from "../components/menu-button";
import { Question } from "../components/overlay";
import { CommandBar, Page } from "../components/page";
import { Empty, MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { act, exportHashes, labQuery, removePC, type Lab, type PC } from "../features/lab/api/pcs";
import { CreatePC } from "../features/lab/components/create-pc";
import { useMay, useSession } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "../components/table.module.css";
import "../locales/en/common";
import "../locales/en/lab";
import "../locales/en/problem";

const screen = (name: string) => `/oobe/${name}`;

/** Virtual PCs: made, switched on and watched by the server of a lab tenant. */
export default function LabPage() {
  const { t } = useTranslation();
  const { tenant } = useSession();
  return (
    <Page title={t("lab.title")} crumbs={useCrumbs(1)}>
      <p>{t("lab.intro")}</p>
      {tenant.lab ? (
        <PCs />
      ) : (
        <Empty title={t("lab.noLabTitle")}>
          {t("lab.noLab")} <code>taxiway pc boot --watch</code>
        </Empty>
      )}
    </Page>
  );
}

function PCs() {
  const { t } = useTranslation();
  const mayWatch = useMay("DeviceManagementManagedDevices.Read.All");
  const mayDrive = useMay("DeviceManagementManagedDevices.PrivilegedOperations.All");
  const lab = useQuery({ ...labQuery, enabled: mayWatch });
  const navigate = useNavigate();
  const { create: creating = false } = useSearch({ from: "/lab" });
  const setCreating = (on: boolean) => void navigate({ to: "/lab", search: on ? { create: true } : {} });
  const [doomed, setDoomed] = useState<PC>();
  const client = useQueryClient();
  const toast = useToast();
  const again = () => client.invalidateQueries({ queryKey: labQuery.queryKey });
  const told = (doing: Promise<unknown>) => void doing.catch((e: unknown) => toast("danger", problemText(e, t("problem.offline")))).then(again);
  if (!mayWatch) return <Empty title={t("problem.deniedTitle")}>{t("lab.denied")}</Empty>;
  if (lab.isError && !lab.data) return <Problem error={lab.error} onRetry={() => void lab.refetch()} />;
  const list = lab.data?.value ?? [];
  const full = lab.data !== undefined && list.length >= lab.data.most;
  const create = (look: "command" | "primary") => (
    <Button look={look} icon="add" isDisabled={!mayDrive || !lab.data || full} onPress={() => setCreating(true)}>
      {t("lab.create")}
    </Button>
  );
  return (
    <>
      <CommandBar label={t("lab.commands")} end={lab.data && t("lab.count", { count: list.length, most: lab.data.most })}>
        {create("command")}
        <Button look="command" icon="arrow_clockwise" onPress={() => void again()}>
          {t("common.refresh")}
        </Button>
        <Button look="command" icon="arrow_download" isDisabled={!mayDrive || list.length === 0} onPress={() => told(exportHashes(list.map((p) => p.pc.name)))}>
          {t("lab.exportAll")}
        </Button>
      </CommandBar>
      {full && <MessageBar tone="warning">{t("lab.full", { most: lab.data.most })}</MessageBar>}
      {!lab.data ? (
        <Skeleton rows={4} />
      ) : list.length === 0 ? (
        <Empty title={t("lab.emptyTitle")} action={create("primary")}>
          {t("lab.empty")}
        </Empty>
      ) : (
        <Table lab={lab.data} mayDrive={mayDrive} told={told} onDelete={setDoomed} />
      )}
      {creating && mayDrive && lab.data && !full && (
        <CreatePC
          lab={lab.data}
          onClose={() => setCreating(false)}
          onMade={(name) => {
            setCreating(false);
            toast("success", t("lab.made", { name }));
          }}
        />
      )}
      {doomed && <Delete pc={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

function Table({ lab, mayDrive, told, onDelete }: { lab: Lab; mayDrive: boolean; told: (doing: Promise<unknown>) => void; onDelete: (pc: PC) => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.scroll} role="region" aria-label={t("lab.title")} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("common.name")}</th>
            <th scope="col">{t("lab.state")}</th>
            <th scope="col">{t("lab.serial")}</th>
            <th scope="col">{t("lab.model")}</th>
            <th scope="col">{t("lab.windows")}</th>
            <th scope="col">{t("lab.computerName")}</th>
            {mayDrive && (
              <th scope="col">
                <span className="visually-hidden">{t("lab.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {lab.value.map((p) => (
            <tr key={p.pc.name}>
              <th scope="row">
                <a href={screen(p.pc.name)}>{p.pc.name}</a>
              </th>
              <td>
                <State pc={p} />
              </td>
              <td>{p.pc.serialNumber}</td>
              <td>
                {p.pc.manufacturer} {p.pc.model}
              </td>
              <td>{p.pc.windows}</td>
              <td>{p.computerName ?? t("common.none")}</td>
              {mayDrive && (
                <td>
                  <MenuButton
                    look="command"
                    label={t("lab.actionsFor", { name: p.pc.name })}
                    aria-label={t("lab.actionsFor", { name: p.pc.name })}
                    actions={[
                      { id: "open", label: t("lab.open"), icon: "open", onAction: () => location.assign(screen(p.pc.name)) },
                      p.power === "on"
                        ? { id: "off", label: t("lab.off"), icon: "dismiss", onAction: () => told(act(p.pc.name, { do: "off" })) }
                        : { id: "on", label: t("lab.on"), icon: "desktop", onAction: () => told(act(p.pc.name, { do: "on" })) },
                      { id: "restart", label: t("lab.restart"), icon: "arrow_clockwise", onAction: () => told(act(p.pc.name, { do: "restart" })) },
                      { id: "reset", label: t("lab.reset"), icon: "arrow_sync", onAction: () => told(act(p.pc.name, { do: "reset" })) },
                      ...lab.parts
                        .filter((part) => part !== "tpm" || p.pc.hasTpm)
                        .map((part) => ({
                          id: `swap-${part}`,
                          label: t("lab.swap", { part: t(`lab.parts.${part as "board" | "tpm" | "disk" | "nic"}`) }),
                          icon: "wrench" as const,
                          onAction: () => told(act(p.pc.name, { do: "swap", part })),
                        })),
                      { id: "hash", label: t("lab.exportHash"), icon: "arrow_download", onAction: () => told(exportHashes([p.pc.name])) },
                      { id: "delete", label: t("common.delete"), icon: "delete", onAction: () => onDelete(p) },
                    ]}
                  >
                    {t("lab.actions")}
                  </MenuButton>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where a PC is, in words. */
function State({ pc: p }: { pc: PC }) {
  const { t } = useTranslation();
  const state = p.power === "off" ? t("lab.isOff") : (p.title ?? t("lab.isOn"));
  if (p.problem) return t("lab.withProblem", { state, problem: p.problem });
  return p.waits ? t("lab.waits", { state }) : state;
}

function Delete({ pc, onClose }: { pc: PC; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removePC(pc.pc.name),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: labQuery.queryKey }),
  });
  return (
    <Question
      title={t("lab.deleteTitle", { name: pc.pc.name })}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={remove.isPending} onPress={() => remove.mutate()}>
            {t("common.delete")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      {remove.isError && <MessageBar tone="danger">{problemText(remove.error, t("problem.offline"))}</MessageBar>}
      <p>{t("lab.deleteText")}</p>
    </Question>
  );
}
