import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { UNSAFE_PortalProvider as PortalProvider } from "react-aria/PortalProvider";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { config } from "zod/mini";
import { LaterProvider } from "../components/later";
import { Problem } from "../components/states";
import { Toasts } from "../components/toast";
import { GraphError, signIn } from "../lib/graph";
import { makeLive } from "../lib/live";
import { SessionContext, type Session } from "../lib/session";
import { router } from "./router";
import "../locales/en/frame";

config({ jitless: true }); // the policy of the page allows no code made from text

// Refusals are told, not asked again; what did not arrive is, twice.
const retry = (count: number, error: unknown) => count < 2 && error instanceof GraphError && (error.status === 0 || error.status >= 500);

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof GraphError && error.status === 401) signIn();
    },
  }),
  defaultOptions: {
    queries: { retry, staleTime: 5_000, retryDelay: (n, e) => (e instanceof GraphError && e.retryAfter ? e.retryAfter * 1000 : 500 * 2 ** n) },
    mutations: { retry: false },
  },
});

const live = makeLive(client);

/** Everything that pages stand in. */
export function Root({ session }: { session: Session | GraphError }) {
  const { t, i18n } = useTranslation();
  const overlays = useRef<HTMLElement>(null);
  const refused = session instanceof GraphError;
  useEffect(() => (refused ? undefined : live.start()), [refused]);
  if (refused) {
    return (
      <main>
        <Problem error={session} onRetry={() => location.reload()} />
      </main>
    );
  }
  return (
    <I18nProvider locale={i18n.language}>
      <SessionContext value={session}>
        <QueryClientProvider client={client}>
          {/* What opens above the page stands in a region of its own. */}
          <PortalProvider getContainer={() => overlays.current ?? document.body}>
            <Toasts>
              <LaterProvider>
                <RouterProvider router={router} />
              </LaterProvider>
            </Toasts>
          </PortalProvider>
          <section ref={overlays} className="overlays" aria-label={t("frame.overlays")} />
        </QueryClientProvider>
      </SessionContext>
    </I18nProvider>
  );
}
