import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { z } from "zod/mini";
import { appsSearch } from "../features/apps/search";
import { gridSearch } from "../features/devices/search";
import { groupsSearch } from "../features/groups/search";
import { usersSearch } from "../features/users/search";
import { deploymentStates } from "../features/monitor/states";
import { Crashed, Nowhere } from "./fallback";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Nowhere, errorComponent: Crashed });

const page = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load as () => Promise<{ default: () => React.ReactNode }>) });

const autopilotDevices = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/devices",
  validateSearch: gridSearch,
  component: lazyRouteComponent(() => import("../routes/autopilot-devices")),
});

const importDevices = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/devices/import",
  beforeLoad: () => {
    redirect({ to: "/devices/windows/enrollment/autopilot/devices", search: { import: true }, throw: true });
  },
});

const oneImport = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/devices/import/$batch",
  beforeLoad: ({ params }) => {
    redirect({ to: "/devices/windows/enrollment/autopilot/devices", search: { import: params.batch }, throw: true });
  },
});

const newProfile = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/profiles/new",
  validateSearch: z.object({ step: z.catch(z._default(z.number(), 1), 1) }),
  component: lazyRouteComponent(() => import("../routes/new-profile")),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/profiles/$id",
  component: lazyRouteComponent(() => import("../routes/profile")),
});

const esp = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/esp",
  validateSearch: z.object({ device: z.optional(z.catch(z.optional(z.string()), undefined)), user: z.optional(z.catch(z.optional(z.string()), undefined)) }),
  component: lazyRouteComponent(() => import("../routes/esp")),
});

const profileProperties = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/autopilot/profiles/$id/properties",
  validateSearch: z.object({ edit: z.optional(z.catch(z.optional(z.enum(["basics", "oobe", "assignments"])), undefined)) }),
  component: lazyRouteComponent(() => import("../routes/profile-properties")),
});

const newEsp = createRoute({
  getParentRoute: () => root,
  path: "/devices/windows/enrollment/esp/new",
  validateSearch: z.object({ step: z.catch(z._default(z.number(), 1), 1) }),
  component: lazyRouteComponent(() => import("../routes/new-esp")),
});

const apps = createRoute({ getParentRoute: () => root, path: "/apps", validateSearch: appsSearch, component: lazyRouteComponent(() => import("../routes/apps")) });

const newApp = createRoute({
  getParentRoute: () => root,
  path: "/apps/new",
  validateSearch: z.object({ step: z.catch(z._default(z.number(), 1), 1) }),
  component: lazyRouteComponent(() => import("../routes/new-app")),
});

const groups = createRoute({ getParentRoute: () => root, path: "/groups", validateSearch: groupsSearch, component: lazyRouteComponent(() => import("../routes/groups")) });

const newGroup = createRoute({
  getParentRoute: () => root,
  path: "/groups/new",
  validateSearch: z.object({ rule: z.catch(z.optional(z.boolean()), undefined) }),
  component: lazyRouteComponent(() => import("../routes/new-group")),
});

const users = createRoute({ getParentRoute: () => root, path: "/users", validateSearch: usersSearch, component: lazyRouteComponent(() => import("../routes/users")) });
const deployments = createRoute({
  getParentRoute: () => root,
  path: "/monitor/deployments",
  validateSearch: z.object({ q: z.catch(z.optional(z.coerce.string()), undefined), state: z.catch(z.optional(z.enum(deploymentStates)), undefined) }),
  component: lazyRouteComponent(() => import("../routes/deployments")),
});

const lab = createRoute({
  getParentRoute: () => root,
  path: "/lab",
  validateSearch: z.object({ create: z.catch(z.optional(z.boolean()), undefined) }),
  component: lazyRouteComponent(() => import("../routes/lab")),
});

const text = z.catch(z.optional(z.string()), undefined);

const audit = createRoute({
  getParentRoute: () => root,
  path: "/monitor/audit",
  validateSearch: z.object({ who: text, activity: text, from: text, to: text }),
  component: lazyRouteComponent(() => import("../routes/audit")),
});

const tree = root.addChildren([
  page("/", () => import("../routes/home")),
  page("/guide", () => import("../routes/guide")),
  page("/devices", () => import("../routes/devices-overview")),
  page("/devices/windows", () => import("../routes/windows-devices")),
  page("/devices/windows/enrollment/automatic", () => import("../routes/automatic-enrollment")),
  page("/devices/windows/enrollment", () => import("../routes/windows-enrollment")),
  autopilotDevices,
  importDevices,
  oneImport,
  page("/devices/windows/enrollment/autopilot/devices/$id", () => import("../routes/autopilot-device")),
  page("/devices/windows/enrollment/autopilot/devices/$id/timeline", () => import("../routes/autopilot-device")),
  page("/devices/windows/enrollment/autopilot/devices/$id/why", () => import("../routes/autopilot-device")),
  deployments,
  page("/monitor/deployments/$id", () => import("../routes/deployment")),
  audit,
  page("/devices/windows/enrollment/autopilot/profiles", () => import("../routes/profiles")),
  newProfile,
  profile,
  profileProperties,
  page("/devices/windows/enrollment/autopilot/profiles/$id/devices", () => import("../routes/profile-devices")),
  esp,
  newEsp,
  page("/devices/windows/enrollment/esp/$id", () => import("../routes/esp-page")),
  apps,
  newApp,
  page("/apps/$id", () => import("../routes/app")),
  page("/tenant/branding", () => import("../routes/branding")),
  lab,
  groups,
  newGroup,
  page("/groups/$id", () => import("../routes/group")),
  page("/groups/$id/rule", () => import("../routes/group-rule")),
  page("/identity/devices/settings", () => import("../routes/device-settings")),
  users,
  page("/users/$id", () => import("../routes/user")),
  page("/about", () => import("../routes/about")),
  page("/gallery", () => import("../routes/gallery")),
]);

export const router = createRouter({ routeTree: tree, basepath: "/admin", defaultPreload: "intent", scrollRestoration: false, defaultErrorComponent: Crashed });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** Every page's address, for tests that visit them all. */
export const paths = Object.keys(router.routesByPath);
