import { queryOptions } from "@tanstack/react-query";
import { send } from "../../../lib/graph";
import { templateFault } from "../../../lib/nametemplate";
import { fixedBySelfDeploying, profileBody, type Draft } from "../draft";

export const networks = ["wired", "wifi", "none"] as const;
export type Network = (typeof networks)[number];

export interface Outlook {
  screens: { name: string; shown: boolean; why: string }[];
  elsewhere: string[];
  deviceName: string;
  deviceNameNote: string;
  notes: string[];
}

/** The serial number that device names are shown for. */
export const exampleSerial = "1234567";

/** What decides about screens, as the server takes it. A template that is not
 * right yet names nobody. */
export function screensBody(draft: Draft, network: Network): Record<string, unknown> {
  const { locale, deviceNameTemplate, outOfBoxExperienceSetting } = profileBody(draft);
  const fault = draft.useTemplate && templateFault(draft.template) !== undefined;
  return {
    joinType: fixedBySelfDeploying(draft) ? "azureAD" : draft.join,
    locale,
    deviceNameTemplate: fault ? "" : deviceNameTemplate,
    outOfBoxExperienceSetting,
    network,
    serialNumber: exampleSerial,
  };
}

/** Which screens people will see by a profile that nobody saved: the setup of
 * the virtual PC says it. The body is kept as text so that equal ones are one. */
export const screensQuery = (body: string) =>
  queryOptions({
    queryKey: ["screens", body],
    queryFn: ({ signal }) => send<Outlook>("POST", "/ui/screens", JSON.parse(body), {}, signal),
    staleTime: Infinity,
    placeholderData: (old) => old,
  });
