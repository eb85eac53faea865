/** Server groups. */
import { errors } from "#contracts/nova/errors.ts";
import { serverGroup } from "#contracts/nova/server-group.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { ServerGroup } from "../store/server-groups.ts";
import type { ApiDeps } from "./deps.ts";
import { isAdmin } from "./server/find.ts";

export function serverGroupHandlers(deps: ApiDeps): Implementation {
  return implement(serverGroup, {
    async list(call) {
      const { all_projects, limit, offset = 0 } = call.query;
      if (all_projects !== undefined) call.enforce({}, "os_compute_api:os-server-groups:index:all_projects");
      const groups = await deps.store.serverGroups.list(
        all_projects === undefined ? (call.identity.project_id ?? "") : undefined,
      );
      const page = groups.slice(offset, limit === undefined ? undefined : offset + limit);
      const members = await deps.store.serverGroups.members(page.map((group) => group.id));
      return { server_groups: page.map((group) => viewGroup(group, members)) };
    },
    async show(call) {
      const group = await find(deps, call);
      return { server_group: viewGroup(group, await deps.store.serverGroups.members([group.id])) };
    },
    async create(call) {
      const asked = call.body.server_group as Asked; // as it is on the wire
      return { server_group: viewGroup(await create(deps, call, asked), new Map()) };
    },
    async delete(call) {
      await deps.store.serverGroups.delete((await find(deps, call)).id);
      return undefined;
    },
  });
}

async function find(deps: ApiDeps, call: Call): Promise<ServerGroup> {
  const group_id = call.params["group_id"] ?? "";
  const group = await deps.store.serverGroups.find(group_id);
  if (!group || (group.project_id !== call.identity.project_id && !isAdmin(call)))
    throw errors.groupNotFound({ group_id });
  call.enforce({ project_id: group.project_id, user_id: group.user_id });
  return group;
}

interface Asked {
  name: string;
  policies?: string[];
  policy?: string;
  rules?: { max_server_per_host?: number | string };
}

async function create(deps: ApiDeps, call: Call, asked: Asked): Promise<ServerGroup> {
  const project_id = call.identity.project_id ?? "";
  const policy = asked.policy ?? asked.policies?.[0] ?? "";
  const max = asked.rules?.max_server_per_host;
  if (max !== undefined && policy !== "anti-affinity") {
    throw errors.badRequest({ reason: "Only anti-affinity policy supports rules." });
  }
  const { server_groups } = await deps.store.quotas.of(project_id);
  if (server_groups >= 0 && (await deps.store.serverGroups.count(project_id)) >= server_groups)
    throw errors.tooManyGroups();
  const rules: Record<string, number> = max === undefined ? {} : { max_server_per_host: Number(max) };
  const group = { id: deps.ids.uuid(), project_id, user_id: call.identity.user_id, name: asked.name, policy, rules };
  await deps.store.serverGroups.insert(group);
  return { ...group, created_at: deps.clock.now() };
}

function viewGroup(group: ServerGroup, members: Map<string, string[]>) {
  const { id, name, policy, rules, project_id, user_id } = group;
  return {
    id,
    name,
    policy,
    rules,
    policies: [policy],
    metadata: {},
    members: members.get(id) ?? [],
    project_id,
    user_id,
  };
}
