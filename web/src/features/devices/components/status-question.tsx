import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { Question } from "../../../components/overlay";
import { useFormat } from "../../../lib/format";
import type { ProfileStatus } from "../../../lib/status";
import type { Device } from "../api/devices";
import { explainQuery } from "../api/explain";
import { HardwareChanges } from "./why";
import "../../../locales/en/autopilot";
import "../../../locales/en/common";

/** What Fix pending and Attention required mean. */
export default function StatusQuestion({ status, device, onClose }: { status: ProfileStatus; device: Device; onClose: () => void }) {
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
