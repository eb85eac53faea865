/** Addresses to pages; each page is loaded when it is first asked for. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "./api/queries.ts";
import { paths } from "./paths.ts";
import { CrashPage, MissingPage } from "./ui/FullPage.tsx";

interface RouterContext {
  client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: MissingPage });

const loginRoute = createRoute({
  getParentRoute: () => root,
  path: paths.login,
  validateSearch: (search: Record<string, unknown>): { next?: string; ended?: true } => ({
    ...(typeof search["next"] === "string" && search["next"].startsWith("/") ? { next: search["next"] } : {}),
    ...(search["ended"] ? { ended: true } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/LoginPage.tsx"), "LoginPage"),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const info = await context.client.ensureQueryData(sessionQuery);
    if (!info.session)
      throw redirect({ to: paths.login, search: location.pathname === "/" ? {} : { next: location.href } });
  },
  component: lazyRouteComponent(() => import("./shell/Shell.tsx"), "Shell"),
});

const index = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: paths.servers });
  },
});

const serversRoute = createRoute({
  getParentRoute: () => inside,
  path: paths.servers,
  component: lazyRouteComponent(() => import("./pages/ServersPage.tsx"), "ServersPage"),
});

const launchRoute = createRoute({
  getParentRoute: () => inside,
  path: paths.launch,
  component: lazyRouteComponent(() => import("./pages/LaunchPage.tsx"), "LaunchPage"),
});

export type ServerTab = "trace" | "console" | "events";

const serverRoute = createRoute({
  getParentRoute: () => inside,
  path: paths.server,
  validateSearch: (search: Record<string, unknown>): { tab?: ServerTab } => {
    const { tab } = search;
    return tab === "console" || tab === "events" || tab === "trace" ? { tab } : {};
  },
  component: lazyRouteComponent(() => import("./pages/ServerPage.tsx"), "ServerPage"),
});

type ListName = "ImagesPage" | "FlavorsPage" | "KeypairsPage" | "NetworksPage" | "FloatingIpsPage" | "VolumesPage";

const list = <P extends string>(path: P, name: ListName) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(() => import("./pages/lists.tsx"), name),
  });

const pages = [
  index,
  serversRoute,
  launchRoute,
  serverRoute,
  list(paths.images, "ImagesPage"),
  list(paths.flavors, "FlavorsPage"),
  list(paths.keypairs, "KeypairsPage"),
  list(paths.networks, "NetworksPage"),
  list(paths.floatingIps, "FloatingIpsPage"),
  list(paths.volumes, "VolumesPage"),
] as const;

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([loginRoute, inside.addChildren(pages)]),
    context: { client },
    defaultErrorComponent: CrashPage,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
