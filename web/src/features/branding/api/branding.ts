import { queryOptions } from "@tanstack/react-query";
import { graph, GraphError } from "../../../lib/graph";

export const pictures = ["bannerLogo", "backgroundImage"] as const;
export type Picture = (typeof pictures)[number];

/** How the sign-in pages look. */
export interface Branding {
  etag: string | undefined; // none before the first change
  texts: Texts;
  urls: Partial<Record<Picture, string>>;
}

export interface Texts {
  signInPageText: string;
  usernameHintText: string;
  backgroundColor: string;
}

type Wire = { [K in keyof Texts]?: string | null } & { [K in Picture as `${K}RelativeUrl`]?: string | null } & { "@odata.etag"?: string };

const path = (tenant: string) => `/v1.0/organization/${tenant}/branding`;
export const brandingKey = ["branding"] as const;

const brandingOf = (w: Wire): Branding => ({
  etag: w["@odata.etag"],
  texts: { signInPageText: w.signInPageText ?? "", usernameHintText: w.usernameHintText ?? "", backgroundColor: w.backgroundColor ?? "" },
  urls: Object.fromEntries(pictures.flatMap((p) => (w[`${p}RelativeUrl`] ? [[p, w[`${p}RelativeUrl`]]] : []))),
});

/** The branding; an organization that has none yet has an empty one. */
export const brandingQuery = (tenant: string) =>
  queryOptions({
    queryKey: [...brandingKey, tenant],
    queryFn: async ({ signal }) => {
      try {
        return brandingOf(await graph.get<Wire>(path(tenant), signal));
      } catch (e) {
        if (e instanceof GraphError && e.status === 404) return brandingOf({});
        throw e;
      }
    },
  });

export const saveTexts = (tenant: string, change: Partial<Texts>, etag?: string) => graph.patch<undefined>(path(tenant), change, etag);

/** Stores a picture. What is neither PNG nor JPEG goes too: the server looks at
 * the file itself and says what is wrong. */
export const putPicture = (tenant: string, which: Picture, file: File) =>
  graph.upload(`${path(tenant)}/${which}`, file, file.type === "image/png" || file.type === "image/jpeg" ? file.type : "application/octet-stream");
export const removePicture = (tenant: string, which: Picture) => graph.delete(`${path(tenant)}/${which}`);
