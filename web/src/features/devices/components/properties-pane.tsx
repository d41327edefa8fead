import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Controller, useForm, useWatch, type Control } from "react-hook-form";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod/mini";
import { Button } from "../../../components/button";
import { CopyCall } from "../../../components/copy-call";
import { About, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { Drawer } from "../../../components/overlay";
import { MessageBar, Problem, problemText, Skeleton } from "../../../components/states";
import { StatusWord } from "../../../components/status";
import { useToast } from "../../../components/toast";
import { useFormat } from "../../../lib/format";
import { graph, GraphError } from "../../../lib/graph";
import { useHold } from "../../../lib/live";
import { profileStatus, readyToDeploy } from "../../../lib/status";
import { changeCall, deviceQuery, devicesKey, saveDevice, unassignUserCall, type Change, type Device } from "../api/devices";
import styles from "./properties-pane.module.css";
import { Why } from "./why";
import "../../../locales/en/autopilot";
import "../../../locales/en/common";
import "../../../locales/en/problem";

interface Props {
  id: string;
  mayWrite: boolean;
  onClose: () => void;
}

const schema = z.object({ addressableUserName: z.string().check(z.maxLength(128)), displayName: z.string().check(z.maxLength(15)), groupTag: z.string().check(z.maxLength(2048)) });

/** A device's properties, read from the server when the pane opens. */
export default function PropertiesPane({ id, mayWrite, onClose }: Props) {
  const { t } = useTranslation();
  const device = useQuery(deviceQuery(id));
  if (device.data) return <Loaded key={device.data["@odata.etag"]} device={device.data} mayWrite={mayWrite} onClose={onClose} />;
  return (
    <Drawer title={t("autopilot.propertiesSubtitle")} onClose={onClose}>
      {device.isError ? <Problem error={device.error} onRetry={() => void device.refetch()} /> : <Skeleton rows={10} />}
    </Drawer>
  );
}

const empty = "00000000-0000-0000-0000-000000000000";

function Loaded({ device: d, mayWrite, onClose }: { device: Device; mayWrite: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const serial = d.serialNumber ?? "";
  const form = useForm<Change>({
    resolver: zodResolver(schema),
    defaultValues: { addressableUserName: d.addressableUserName ?? "", displayName: d.displayName ?? "", groupTag: d.groupTag ?? "" },
  });
  useHold(
    useMemo(() => [...devicesKey, "one", d.id], [d.id]),
    form.formState.isDirty,
  );
  const done = (text: string) => {
    toast("success", text);
    void client.invalidateQueries({ queryKey: devicesKey });
  };
  const failed = (e: unknown) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline")));
  const save = useMutation({
    mutationFn: (change: Change) => saveDevice(d, change),
    onSuccess: () => {
      done(t("autopilot.saved", { serial }));
      onClose();
    },
    onError: failed,
  });
  const unassign = useMutation({ mutationFn: () => graph.run(unassignUserCall(d.id)), onSuccess: () => done(t("autopilot.unassigned", { serial })), onError: failed });
  const status = profileStatus(d);
  const ready = readyToDeploy(d);
  const orNone = (text: string | null | undefined) => (text && text !== empty ? text : t("common.none"));

  const fact = (label: string, value: React.ReactNode, about?: string) => (
    <div className={styles.fact}>
      <dt>
        {label}
        {about && <About what={label}>{about}</About>}
      </dt>
      <dd>{value}</dd>
    </div>
  );
  const field = (name: keyof Change, label: string, about: string) => (
    <Controller
      control={form.control}
      name={name}
      render={({ field: f, fieldState }) => (
        <TextField label={label} about={about} value={f.value} onChange={f.onChange} onBlur={f.onBlur} readOnly={!mayWrite} error={fieldState.error?.message} name={name} />
      )}
    />
  );
  return (
    <Drawer
      title={serial}
      subtitle={t("autopilot.propertiesSubtitle")}
      onClose={onClose}
      footer={
        mayWrite && (
          <>
            <Button look="primary" isDisabled={!form.formState.isDirty || save.isPending} onPress={() => void form.handleSubmit((v) => save.mutate(v))()}>
              {t("common.save")}
            </Button>
            <SaveCall id={d.id} control={form.control} />
          </>
        )
      }
    >
      <div className={styles.stack}>
        <p className={ready ? styles.ready : styles.notReady}>
          <Icon name={ready ? "checkmark_circle" : "clock"} />
          {ready ? t("autopilot.readyYes") : t("autopilot.readyNo")}
        </p>
        <dl className={styles.facts}>
          {fact(
            t("autopilot.user"),
            <>
              {orNone(d.userPrincipalName)}{" "}
              {mayWrite && d.userPrincipalName && (
                <Button isDisabled={unassign.isPending} onPress={() => unassign.mutate()}>
                  {t("autopilot.unassignUser")}
                </Button>
              )}
            </>,
            t("autopilot.about.user"),
          )}
        </dl>
        {field("addressableUserName", t("autopilot.friendlyName"), t("autopilot.about.friendlyName"))}
        {field("displayName", t("autopilot.deviceName"), t("autopilot.about.deviceName"))}
        {field("groupTag", t("autopilot.groupTag"), t("autopilot.about.groupTag"))}
        <dl className={styles.facts}>
          {fact(t("autopilot.serial"), serial, t("autopilot.about.serial"))}
          {fact(t("autopilot.manufacturer"), orNone(d.manufacturer))}
          {fact(t("autopilot.model"), orNone(d.model))}
          {fact(t("autopilot.profileStatus"), <StatusWord status={status} />, t("autopilot.about.profileStatus"))}
          {fact(t("autopilot.assignedProfile"), orNone(d.deploymentProfile?.displayName), t("autopilot.about.assignedProfile"))}
          {fact(t("autopilot.dateAssigned"), time(d.deploymentProfileAssignedDateTime), t("autopilot.about.dateAssigned"))}
          {fact(t("autopilot.enrollmentState"), t(`autopilot.enrollment.${d.enrollmentState ?? "unknown"}`))}
          {fact(t("autopilot.managedDevice"), orNone(d.managedDeviceId))}
          {fact(t("autopilot.entraDevice"), orNone(d.azureAdDeviceId))}
          {fact(t("autopilot.lastContacted"), time(d.lastContactedDateTime))}
          {fact(t("autopilot.purchaseOrder"), orNone(d.purchaseOrderIdentifier))}
        </dl>
        {(status === "fixPending" || status === "attentionRequired") && (
          <MessageBar tone="warning">
            {t(`autopilot.statusHelp.${status}`)} {t("autopilot.since", { time: time(d.remediationStateLastModifiedDateTime) })}
          </MessageBar>
        )}
        <Why id={d.id} />
      </div>
    </Drawer>
  );
}

function SaveCall({ id, control }: { id: string; control: Control<Change> }) {
  const { t } = useTranslation();
  return <CopyCall look="plain" actions={[{ label: t("common.save"), calls: [changeCall(id, useWatch({ control }))] }]} />;
}
