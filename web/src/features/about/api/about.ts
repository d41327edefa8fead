import { queryOptions } from "@tanstack/react-query";
import { send } from "../../../lib/graph";

export interface Part {
  name: "database" | "work" | "authority";
  state: "good" | "busy" | "failed";
  until?: string;
}

export interface Program {
  version: string;
  commit: string | null;
  go: string;
  platform: string;
  database: "sqlite" | "postgres";
  schema: number;
  parts: Part[];
}

/** What program answers, and how its parts are. */
export const aboutQuery = queryOptions({ queryKey: ["about"], queryFn: ({ signal }) => send<Program>("GET", "/ui/about", undefined, {}, signal), refetchInterval: 15_000 });
