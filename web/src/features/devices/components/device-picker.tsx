import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { PickOne } from "../../../components/pick-one";
import styles from "../../../components/pick-one.module.css";
import { someDevicesQuery, type Device } from "../api/devices";
import "../../../locales/en/esp";

/** A pane to choose one registered PC by its serial number. */
export default function DevicePicker({ onClose, onSelect }: { onClose: () => void; onSelect: (device: Device) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const found = useQuery(someDevicesQuery(useDeferredValue(text)));
  return (
    <PickOne
      title={t("esp.tester.chooseDevice")}
      hint={t("esp.tester.deviceHint")}
      none={t("esp.tester.noDevices")}
      text={text}
      onText={setText}
      found={found}
      nameOf={(d) => d.serialNumber ?? d.id}
      onClose={onClose}
      onSelect={onSelect}
    >
      {(d) => (
        <span>
          {d.serialNumber}
          <br />
          <span className={styles.upn}>{[d.manufacturer, d.model, d.groupTag].filter(Boolean).join(" · ")}</span>
        </span>
      )}
    </PickOne>
  );
}
