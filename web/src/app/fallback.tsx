import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Page } from "../components/page";
import "../locales/en/problem";

/** An address that leads nowhere. */
export function Nowhere() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Page title={t("problem.notFoundTitle")}>
      <p>{t("problem.notFound")}</p>
      <Button onPress={() => void navigate({ to: "/" })}>{t("problem.goHome")}</Button>
    </Page>
  );
}

/** A page that broke. */
export function Crashed() {
  const { t } = useTranslation();
  return (
    <Page title={t("problem.crashTitle")}>
      <p>{t("problem.crash")}</p>
      <Button onPress={() => location.reload()}>{t("problem.reload")}</Button>
    </Page>
  );
}
