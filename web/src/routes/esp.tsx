import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { CommandBar, Page } from "../components/page";
import { Empty, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { espKey, espListQuery, setPriority } from "../features/esp/api/esp";
import { Order } from "../features/esp/components/order";
import { isDefault, type WireEsp } from "../features/esp/draft";
import { mayWriteConfiguration, useMay } from "../lib/session";
import { DeleteEsp } from "./esp-page";
import { EspTester } from "./esp-tester";
import { useCrumbs, windowsEnrollment } from "./paths";
import "../locales/en/common";
import "../locales/en/esp";
import "../locales/en/problem";

/** Enrollment Status Page: all of them, in the order in which they are tried. */
export default function EspList() {
  const { t } = useTranslation();
  return (
    <Page title={t("esp.title")} subtitle={t("esp.subtitle")} crumbs={useCrumbs(4)} closeTo={windowsEnrollment}>
      <List />
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayWrite = useMay(...mayWriteConfiguration);
  const list = useQuery(espListQuery);
  const [doomed, setDoomed] = useState<WireEsp>();
  const move = useMutation({
    mutationFn: ({ page, to }: { page: WireEsp; to: number }) => setPriority(page.id, to),
    onSuccess: (_, { page, to }) => toast("success", t("esp.moved", { name: page.displayName ?? "", priority: to })),
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: espKey }),
  });
  const create = (look: "command" | "primary") => (
    <Button look={look} icon="add" isDisabled={!mayWrite} onPress={() => void navigate({ to: "/devices/windows/enrollment/esp/new", search: { step: 1 } })}>
      {t("common.create")}
    </Button>
  );
  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <CommandBar label={t("esp.commands")} end={list.data && t("esp.count", { count: list.data.length })}>
        {create("command")}
        <Button look="command" icon="arrow_clockwise" onPress={() => void client.invalidateQueries({ queryKey: espKey })}>
          {t("common.refresh")}
        </Button>
      </CommandBar>
      <p>{t("esp.intro")}</p>
      {list.isPending ? (
        <Skeleton />
      ) : (
        <>
          <Order pages={list.data} mayMove={mayWrite && !move.isPending} onMove={(page, to) => move.mutate({ page, to })} onDelete={setDoomed} />
          {list.data.every(isDefault) && (
            <Empty title={t("esp.emptyTitle")} action={create("primary")}>
              {t("esp.empty")}
            </Empty>
          )}
          <EspTester />
        </>
      )}
      {doomed && <DeleteEsp page={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
