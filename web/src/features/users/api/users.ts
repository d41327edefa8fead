import type { Device, Group, User } from "@microsoft/microsoft-graph-types";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { all, bareSearch, graph, nextPath, query, type Page } from "../../../lib/graph";

/** mdmLicensed is this server's own: the licence that enrolment asks for. */
export type Person = User & { id: string; mdmLicensed?: boolean; "@odata.etag"?: string };

const path = "/v1.0/users";
export const usersKey = ["users"] as const;

/** People by a part of their name or address. */
export const usersQuery = (search: string) =>
  queryOptions({
    queryKey: [...usersKey, "pick", search],
    queryFn: ({ signal }) => graph.get<Page<Person>>(path + query({ $top: 50, $select: "id,displayName,userPrincipalName", $search: bareSearch(search) }), signal),
    placeholderData: (old) => old,
  });

const pageSize = 200;
// A list in a browser ends somewhere; search and filter find the rest.
const mostPages = 100;

export interface Wanted {
  q: string;
  enabled: boolean | undefined;
  sort: string; // as $orderby
}

/** All people, a page at a time. */
export const userListQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...usersKey, "list", w],
    initialPageParam:
      path +
      query({
        $top: pageSize,
        $count: true,
        $orderby: w.sort,
        $search: bareSearch(w.q),
        $filter: w.enabled === undefined ? undefined : `accountEnabled eq ${String(w.enabled)}`,
        $select: "id,displayName,userPrincipalName,accountEnabled,department,jobTitle,usageLocation,userType,mdmLicensed,createdDateTime",
      }),
    queryFn: ({ pageParam, signal }) => graph.get<Page<Person>>(pageParam, signal),
    getNextPageParam: (last, pages) => (pages.length >= mostPages ? undefined : nextPath(last)),
    placeholderData: (old) => old,
  });

export const userQuery = (id: string) => queryOptions({ queryKey: [...usersKey, "one", id], queryFn: ({ signal }) => graph.get<Person>(`${path}/${id}`, signal) });

/** The groups somebody is in by themselves, and the devices that are theirs. */
export const groupsOfQuery = (id: string) =>
  queryOptions({
    queryKey: [...usersKey, "groups", id],
    queryFn: ({ signal }) => all<Group & { id: string }>(`${path}/${id}/memberOf` + query({ $top: 500, $select: "id,displayName" }), signal),
  });
export const devicesOfQuery = (id: string) =>
  queryOptions({ queryKey: [...usersKey, "devices", id], queryFn: ({ signal }) => all<Device & { id: string }>(`${path}/${id}/ownedDevices` + query({ $top: 500 }), signal) });

export type Change = Partial<Pick<Person, "displayName" | "department" | "jobTitle" | "usageLocation" | "accountEnabled" | "mdmLicensed">>;

export const saveUser = (id: string, change: Change, etag?: string) => graph.patch<undefined>(`${path}/${id}`, change, etag);

export interface NewPerson {
  displayName: string;
  userPrincipalName: string;
  password: string;
  mustChange: boolean;
  mdmLicensed: boolean;
}

export const createUser = (p: NewPerson) =>
  graph.post<Person>(path, {
    accountEnabled: true,
    displayName: p.displayName,
    mailNickname: p.userPrincipalName.split("@")[0],
    userPrincipalName: p.userPrincipalName,
    mdmLicensed: p.mdmLicensed,
    passwordProfile: { password: p.password, forceChangePasswordNextSignIn: p.mustChange },
  });

export const deleteUser = (id: string) => graph.delete(`${path}/${id}`);

/** The one password that everybody has (Graph page "passwordAuthenticationMethod"). */
const passwordMethod = "28c10230-6103-485e-b985-444c60001490";

/** Sets a password that the server makes, and answers with it. */
export const resetPassword = async (id: string): Promise<string> =>
  (await graph.post<{ newPassword: string }>(`${path}/${id}/authentication/methods/${passwordMethod}/resetPassword`, {})).newPassword;
