import { useTranslation } from "react-i18next";
import type { Column } from "../../components/grid";
import { Icon } from "../../components/icon";
import { StatusWord } from "../../components/status";
import { useFormat } from "../../lib/format";
import { profileStatus, readyToDeploy } from "../../lib/status";
import type { Device } from "./api/devices";
import styles from "./columns.module.css";
import "../../locales/en/autopilot";
import "../../locales/en/common";

export const columnIds = [
  "serial",
  "manufacturer",
  "model",
  "groupTag",
  "profileStatus",
  "assignedProfile",
  "purchaseOrder",
  "user",
  "deviceName",
  "dateAssigned",
  "enrollmentState",
  "lastContacted",
  "ready",
] as const;
export type ColumnId = (typeof columnIds)[number];
export const usualColumns: readonly ColumnId[] = ["serial", "manufacturer", "model", "groupTag", "profileStatus", "assignedProfile", "purchaseOrder", "ready"];

interface Handlers {
  onOpen: (device: Device) => void;
  onStatus: (device: Device) => void;
}

export type DeviceColumn = Column<Device> & { text: (device: Device) => string };

/** The columns of the list; ids of those that the server sorts by are its own
 * property names. */
export function useColumns(shown: readonly ColumnId[], { onOpen, onStatus }: Handlers): DeviceColumn[] {
  const { t } = useTranslation();
  const { time } = useFormat();
  const plain = (name: ColumnId, property: string, width: string, text: (d: Device) => string, sortable = true): DeviceColumn => ({
    id: property,
    label: t(`autopilot.${name}`),
    width,
    sortable,
    text,
    cell: text,
  });
  const all: Record<ColumnId, DeviceColumn> = {
    serial: {
      ...plain("serial", "serialNumber", "minmax(8rem, 1fr)", (d) => d.serialNumber ?? ""),
      cell: (d) => (
        <button type="button" tabIndex={-1} className={styles.link} onClick={() => onOpen(d)}>
          {d.serialNumber}
        </button>
      ),
    },
    manufacturer: plain("manufacturer", "manufacturer", "minmax(7rem, 1fr)", (d) => d.manufacturer ?? ""),
    model: plain("model", "model", "minmax(7.5rem, 1fr)", (d) => d.model ?? ""),
    groupTag: plain("groupTag", "groupTag", "minmax(5.5rem, 1fr)", (d) => d.groupTag ?? ""),
    profileStatus: {
      ...plain("profileStatus", "deploymentProfileAssignmentStatus", "11rem", (d) => t(`autopilot.status.${profileStatus(d)}`)),
      cell: (d) => {
        const status = profileStatus(d);
        if (status !== "fixPending" && status !== "attentionRequired") return <StatusWord status={status} />;
        return (
          <button type="button" className={styles.link} onClick={() => onStatus(d)}>
            <StatusWord status={status} />
          </button>
        );
      },
    },
    assignedProfile: plain("assignedProfile", "assignedProfile", "minmax(8rem, 1fr)", (d) => d.deploymentProfile?.displayName ?? "", false),
    purchaseOrder: plain("purchaseOrder", "purchaseOrderIdentifier", "7.5rem", (d) => d.purchaseOrderIdentifier ?? ""),
    user: plain("user", "userPrincipalName", "minmax(12rem, 1fr)", (d) => d.userPrincipalName ?? ""),
    deviceName: plain("deviceName", "displayName", "10rem", (d) => d.displayName ?? ""),
    dateAssigned: plain("dateAssigned", "deploymentProfileAssignedDateTime", "13rem", (d) => time(d.deploymentProfileAssignedDateTime)),
    enrollmentState: plain("enrollmentState", "enrollmentState", "10rem", (d) => t(`autopilot.enrollment.${d.enrollmentState ?? "unknown"}`)),
    lastContacted: plain("lastContacted", "lastContactedDateTime", "13rem", (d) => time(d.lastContactedDateTime)),
    ready: {
      ...plain("ready", "ready", "8rem", (d) => (readyToDeploy(d) ? t("common.yes") : t("common.no")), false),
      cell: (d) => (
        <span className={readyToDeploy(d) ? styles.ready : styles.notReady}>
          {readyToDeploy(d) && <Icon name="checkmark" />}
          {readyToDeploy(d) ? t("common.yes") : t("common.no")}
        </span>
      ),
    },
  };
  return shown.map((id) => all[id]);
}
