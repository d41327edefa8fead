import { infiniteQueryOptions } from "@tanstack/react-query";
import { graph, nextPath, query, type Page } from "../../../lib/graph";

export interface AuditEvent {
  id: string;
  displayName: string;
  activityDateTime: string;
  activityResult: string;
  correlationId: string;
  category: string;
  actor: {
    auditActorType: string;
    applicationDisplayName: string | null;
    userPrincipalName: string | null;
    ipAddress: string | null;
  };
  resources: {
    displayName: string;
    auditResourceType: string;
    resourceId: string;
    modifiedProperties: { displayName: string; oldValue: string | null; newValue: string | null }[];
  }[];
}

// noRequest is the id of no request: what the server did by itself.
export const noRequest = "00000000-0000-0000-0000-000000000000";

export interface AuditWanted {
  who: string;
  activity: string;
  from: string; // a day
  to: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The conditions as one $filter. A day begins and ends where the person is. */
export function auditFilter(w: AuditWanted): string | undefined {
  const day = (text: string, plus: number) => {
    const at = new Date(`${text}T00:00:00`);
    if (Number.isNaN(at.getTime())) return undefined;
    at.setDate(at.getDate() + plus);
    return at.toISOString();
  };
  const from = w.from ? day(w.from, 0) : undefined;
  const to = w.to ? day(w.to, 1) : undefined;
  const parts = [
    w.who && `actor/userPrincipalName eq ${quoted(w.who)}`,
    w.activity && `contains(activity,${quoted(w.activity)})`,
    from && `activityDateTime ge ${from}`,
    to && `activityDateTime lt ${to}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" and ") : undefined;
}

/** What was done, the newest first, a page at a time. */
export const auditQuery = (w: AuditWanted) => events(["audit", w], auditFilter(w), 50);

/** What was done to one thing. */
export const historyQuery = (id: string) => events(["audit", "of", id], `resources/resourceId eq ${quoted(id)}`, 20);

const events = (key: readonly unknown[], $filter: string | undefined, $top: number) =>
  infiniteQueryOptions({
    queryKey: key,
    initialPageParam: `/beta/deviceManagement/auditEvents${query({ $top, $orderby: "activityDateTime desc", $filter })}`,
    queryFn: ({ pageParam, signal }) => graph.get<Page<AuditEvent>>(pageParam, signal),
    getNextPageParam: nextPath,
    placeholderData: (old) => old,
  });
