import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { LiveChip } from "../components/live";
import { Page } from "../components/page";
import { Problem, Skeleton } from "../components/states";
import { guideQuery } from "../features/guide/api/guide";
import { Sample } from "../features/guide/components/sample";
import { GuideBar, GuideSteps } from "../features/guide/components/steps";
import { useMemory } from "../features/guide/memory";
import { useSession } from "../lib/session";
import { useCrumbs } from "./paths";
import "../locales/en/guide";

/** The eight steps from an empty tenant to a deployed PC. */
export default function Guide() {
  const { t } = useTranslation();
  return (
    <Page title={t("guide.title")} subtitle={t("guide.subtitle")} crumbs={useCrumbs(1)}>
      <GuideContent />
    </Page>
  );
}

/** Shown on Home too while a tenant is empty. */
export function GuideContent() {
  const { t } = useTranslation();
  const session = useSession();
  const steps = useQuery(guideQuery);
  const { memory, skip } = useMemory(session.tenant.id, steps.data);
  if (steps.isError && !steps.data) return <Problem error={steps.error} onRetry={() => void steps.refetch()} />;
  if (!steps.data) return <Skeleton rows={8} />;
  return (
    <>
      <p>
        {t("guide.intro")} <LiveChip />
      </p>
      <GuideBar steps={steps.data} memory={memory} />
      <Sample />
      <GuideSteps steps={steps.data} memory={memory} onSkip={skip} />
    </>
  );
}
