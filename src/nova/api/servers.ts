/** Servers: lists, one, changes of name and description, deletion. Creation is in `create/`. */
import { errors } from "#contracts/nova/errors.ts";
import { server } from "#contracts/nova/server.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Server, ServerPatch } from "../store/servers.ts";
import { createServers } from "./create/create.ts";
import type { ApiDeps } from "./deps.ts";
import { nextLink } from "./paging.ts";
import { deleteServer } from "./server/delete.ts";
import { factsOf } from "./server/facts.ts";
import { findServer, isAdmin, targetOf } from "./server/find.ts";
import { readServerQuery, type RawQuery } from "./server/query.ts";
import { linksOf } from "./views/links.ts";
import { viewServer, type Sight } from "./views/server.ts";

export function serverHandlers(deps: ApiDeps): Implementation {
  return implement(server, {
    async list(call) {
      const { servers, links } = await page(deps, call, call.query);
      const brief = servers.map(({ id, name }) => ({ id, name, links: linksOf(call, "servers", id) }));
      return { servers: brief, ...(links ? { servers_links: links } : {}) };
    },
    async detail(call) {
      const { servers, links } = await page(deps, call, call.query);
      const sight = sightOf(call, call.identity.project_id ?? "");
      const facts = await factsOf(deps, servers, sight.admin);
      return { servers: facts.map((one) => viewServer(call, one, sight)), ...(links ? { servers_links: links } : {}) };
    },
    async show(call) {
      return { server: await viewOne(deps, call, await findServer(deps, call)) };
    },
    create: (call) => createServers(deps, call),
    async update(call) {
      const found = await findServer(deps, call);
      await deps.store.servers.update(found.id, patchOf(call.body.server));
      const changed = await deps.store.servers.find(found.id);
      if (!changed) throw errors.serverNotFound({ server_id: found.id });
      return { server: await viewOne(deps, call, changed) };
    },
    async delete(call) {
      await deleteServer(deps, call, await findServer(deps, call));
      return undefined;
    },
  });
}

/** Server groups are shown with one server only. */
async function viewOne(deps: ApiDeps, call: Call, found: Server) {
  const sight = sightOf(call, found.project_id);
  const [facts] = await factsOf(deps, [found], sight.admin);
  if (!facts) throw errors.serverNotFound({ server_id: found.id });
  const server_groups = found.server_group_id === null ? [] : [found.server_group_id];
  return { ...viewServer(call, facts, sight), server_groups };
}

export function sightOf(call: Call, project_id: string): Sight {
  const target = { project_id };
  return {
    admin: call.allows("os_compute_api:os-extended-server-attributes", target),
    extraSpecs: call.allows("os_compute_api:servers:show:flavor-extra-specs", target),
  };
}

interface ServerPage {
  servers: Server[];
  links: { rel: string; href: string }[] | undefined;
}

async function page(deps: ApiDeps, call: Call, raw: RawQuery): Promise<ServerPage> {
  const asker = { admin: isAdmin(call), project_id: call.identity.project_id };
  const query = readServerQuery(call, raw, asker);
  if (raw["all_tenants"] !== undefined && query.equal?.project_id === undefined) {
    call.enforce(
      targetOf({ project_id: asker.project_id ?? "", user_id: call.identity.user_id }),
      "os_compute_api:servers:index:get_all_tenants",
    );
  }
  if (query.marker !== undefined) await checkMarker(deps, query.marker, asker);
  const servers = query.limit === 0 ? [] : await deps.store.servers.list(query);
  return { servers, links: nextLink(call, servers, query.limit, servers.at(-1)?.id) };
}

async function checkMarker(
  deps: ApiDeps,
  marker: string,
  asker: { admin: boolean; project_id: string | null },
): Promise<void> {
  const found = await deps.store.servers.find(marker);
  if (!found || (!asker.admin && found.project_id !== asker.project_id)) throw errors.badMarker({ marker });
}

interface ServerChange {
  name?: string;
  "OS-DCF:diskConfig"?: string;
  accessIPv4?: string;
  accessIPv6?: string;
  description?: string | null;
  hostname?: string;
}

function patchOf(change: ServerChange): ServerPatch {
  return {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change["OS-DCF:diskConfig"] === undefined ? {} : { disk_config: change["OS-DCF:diskConfig"] }),
    ...(change.accessIPv4 === undefined ? {} : { access_ip_v4: change.accessIPv4 || null }),
    ...(change.accessIPv6 === undefined ? {} : { access_ip_v6: change.accessIPv6 || null }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(change.hostname === undefined ? {} : { hostname: change.hostname }),
  };
}
