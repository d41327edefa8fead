import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Question } from "../../../components/overlay";
import { problemText } from "../../../components/states";
import { useToast } from "../../../components/toast";
import { useFormat } from "../../../lib/format";
import type { ProfileStatus } from "../../../lib/status";
import { deleteDevice, devicesKey, type Device } from "../api/devices";
import { explainQuery } from "../api/explain";
import { HardwareChanges } from "./why";

/** Asks before devices are deleted, and says how many were. */
export function DeleteQuestion({ devices, onClose, onCancel }: { devices: readonly Device[]; onClose: () => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: async () => {
      let done = 0;
      let why: unknown;
      for (const d of devices) {
        try {
          await deleteDevice(d.id);
          done++;
        } catch (e) {
          why = e;
        }
      }
      return { done, why };
    },
    onSuccess: ({ done, why }) => {
      if (why === undefined) toast("success", t("autopilot.deleted", { count: done }));
      else toast("danger", t("autopilot.deletedPartly", { done, all: devices.length, why: problemText(why, t("problem.offline")) }));
      void client.invalidateQueries({ queryKey: devicesKey });
      onClose();
    },
  });
  return (
    <Question
      title={t("autopilot.deleteTitle", { count: devices.length })}
      onClose={onCancel}
      footer={
        <>
          <Button look="primary" isDisabled={run.isPending} onPress={() => run.mutate()}>
            {t("common.delete")}
          </Button>
          <Button onPress={onCancel}>{t("common.cancel")}</Button>
        </>
      }
    >
      <p>{t("autopilot.deleteText")}</p>
      <p>
        {devices
          .slice(0, 5)
          .map((d) => d.serialNumber)
          .join(", ")}
        {devices.length > 5 && " …"}
      </p>
    </Question>
  );
}

/** What Fix pending and Attention required mean. */
export function StatusQuestion({ status, device, onClose }: { status: ProfileStatus; device: Device; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const why = useQuery(explainQuery(device.id));
  return (
    <Question
      title={t(`autopilot.status.${status}`)}
      onClose={onClose}
      footer={
        <Button look="primary" onPress={onClose}>
          {t("common.close")}
        </Button>
      }
    >
      <p>{t(`autopilot.statusHelp.${status}`)}</p>
      <p>{t("autopilot.since", { time: time(device.remediationStateLastModifiedDateTime) })}</p>
      {why.data && <HardwareChanges changes={why.data.hardwareChanges} />}
    </Question>
  );
}
