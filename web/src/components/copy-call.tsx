import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call } from "../lib/call";
import { Button } from "./button";
import "../locales/en/call";

const Dialog = lazy(() => import("./copy-call-dialog"));

export interface NamedCall {
  label: string;
  calls: readonly Call[];
}

/** Shows the requests to Graph behind one action or several, ready to be copied. */
export function CopyCall({ actions, look = "command" }: { actions: readonly NamedCall[]; look?: "command" | "plain" }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} icon="code" isDisabled={actions.length === 0} onPress={() => setOpen(true)}>
        {t("call.button")}
      </Button>
      <Suspense>{open && <Dialog actions={actions} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
