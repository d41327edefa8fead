import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import parts from "../components/parts.module.css";
import { Problem, Skeleton } from "../components/states";
import { deviceQuery } from "../features/devices/api/devices";
import { espReasonsQuery } from "../features/esp/api/explain";
import { Reasons } from "../features/esp/components/reasons";
import { groupQuery } from "../features/groups/api/groups";
import { userQuery } from "../features/users/api/users";
import "../locales/en/esp";

const DevicePicker = lazy(() => import("../features/devices/components/device-picker"));
const UserPicker = lazy(() => import("../features/users/components/user-picker"));

/** Who gets what: which status page a PC and a user get together. The address
 * says who was chosen. */
export function EspTester() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { device, user } = useSearch({ from: "/devices/windows/enrollment/esp" });
  const [picking, setPicking] = useState<"device" | "user">();
  const chosenDevice = useQuery({ ...deviceQuery(device ?? ""), enabled: device !== undefined });
  const chosenUser = useQuery({ ...userQuery(user ?? ""), enabled: user !== undefined });
  const reasons = useQuery(espReasonsQuery(device, user));
  const ids = [...new Set((reasons.data ?? []).flatMap((r) => (r.target?.groupId ? [r.target.groupId] : [])))];
  const groups = useQueries({ queries: ids.map((id) => groupQuery(id)) });
  const go = (search: { device?: string | undefined; user?: string | undefined }) => {
    void navigate({ to: "/devices/windows/enrollment/esp", search, replace: true });
    setPicking(undefined);
  };
  return (
    <section className={parts.part} aria-label={t("esp.tester.title")}>
      <h2>{t("esp.tester.title")}</h2>
      <p className={parts.text}>{t("esp.tester.intro")}</p>
      <div className={parts.buttons}>
        <Button icon="desktop" onPress={() => setPicking("device")}>
          {t("esp.tester.chooseDevice")}
        </Button>
        <Button icon="person" onPress={() => setPicking("user")}>
          {t("esp.tester.chooseUser")}
        </Button>
        {(device ?? user) && (
          <Button look="command" icon="dismiss" onPress={() => go({})}>
            {t("esp.tester.clear")}
          </Button>
        )}
      </div>
      <p>
        {t("esp.tester.device")}: {device ? (chosenDevice.data?.serialNumber ?? device) : t("esp.tester.nothing")} · {t("esp.tester.user")}:{" "}
        {user ? (chosenUser.data?.displayName ?? user) : t("esp.tester.nobody")}
      </p>
      {reasons.data ? (
        <Reasons reasons={reasons.data} groupName={(id) => groups.find((g) => g.data?.id === id)?.data?.displayName ?? id} />
      ) : reasons.isError ? (
        <Problem error={reasons.error} onRetry={() => void reasons.refetch()} />
      ) : (
        reasons.fetchStatus === "fetching" && <Skeleton rows={3} />
      )}
      <Suspense>
        {picking === "device" && <DevicePicker onClose={() => setPicking(undefined)} onSelect={(d) => go({ device: d.id, user })} />}
        {picking === "user" && <UserPicker busy={false} onClose={() => setPicking(undefined)} onSelect={(p) => go({ device, user: p.id })} />}
      </Suspense>
    </section>
  );
}
