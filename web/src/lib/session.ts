import { createContext, useContext } from "react";
import { send } from "./graph";

export interface Session {
  user: { id: string; displayName: string; userPrincipalName: string };
  tenant: { id: string; displayName: string; domain: string; lab: boolean };
  permissions: string[];
  csrf: string;
  version: string;
  endsAt: string;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("there is no session here");
  return session;
}

/** Whether the person may do what needs one of these permissions. */
export function useMay(...permissions: string[]): boolean {
  const held = useSession().permissions;
  return permissions.some((p) => held.includes(p) || held.includes(p.replace(".Read.", ".ReadWrite.")));
}

export const mayWriteAutopilot = "DeviceManagementServiceConfig.ReadWrite.All";

export const mayWriteApps = "DeviceManagementApps.ReadWrite.All";

/** Either of these, as Graph has it for what is assigned at enrollment. */
export const mayWriteConfiguration = ["DeviceManagementServiceConfig.ReadWrite.All", "DeviceManagementConfiguration.ReadWrite.All"] as const;

export async function signOut(): Promise<void> {
  const { next } = await send<{ next: string }>("POST", "/ui/signout");
  location.assign(next);
}
