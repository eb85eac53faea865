/** Tags of networks, subnets, ports, routers, floating IPs and security groups. */
import type { ResourceSpec } from "#contracts/kit/resource.ts";
import { errors } from "#contracts/neutron/errors.ts";
import { floatingip } from "#contracts/neutron/floatingip.ts";
import { network } from "#contracts/neutron/network.ts";
import { port } from "#contracts/neutron/port.ts";
import { router } from "#contracts/neutron/router.ts";
import { securityGroup } from "#contracts/neutron/security-group.ts";
import { subnet } from "#contracts/neutron/subnet.ts";
import { tagsOf, type TaggedResource } from "#contracts/neutron/tags.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { Target } from "#platform/policy/parse.ts";
import type { Change } from "../store/change.ts";
import type { Db, StandardRow } from "../store/tables.ts";
import { parsed, scopeOf, targetOf, type Neutron, type Scope } from "./context.ts";
import { getFloatingIp } from "./floatingips.ts";
import { getNetwork, networkTarget } from "./networks.ts";
import { getPort, portTarget } from "./port-access.ts";
import { getRouter } from "./router-access.ts";
import { getGroup } from "./security-groups.ts";
import { getSubnet } from "./subnets.ts";

interface Owner {
  resource: ResourceSpec;
  table: "networks" | "subnets" | "ports" | "routers" | "floatingips" | "security_groups";
  /** The owner if the caller may see it, with what rules ask about it. */
  find(db: Db, scope: Scope, id: string): Promise<{ row: StandardRow; target: Target }>;
}

const plain =
  <R extends StandardRow>(get: (db: Db, scope: Scope, id: string) => Promise<R>): Owner["find"] =>
  async (db, scope, id) => {
    const row = await get(db, scope, id);
    return { row, target: targetOf(row) };
  };

const owners: Record<TaggedResource, Owner> = {
  network: {
    resource: network,
    table: "networks",
    async find(db, scope, id) {
      const row = await getNetwork(db, scope, id);
      return { row, target: networkTarget(row) };
    },
  },
  subnet: { resource: subnet, table: "subnets", find: plain(getSubnet) },
  port: {
    resource: port,
    table: "ports",
    async find(db, scope, id) {
      const row = await getPort(db, scope, id);
      return { row, target: portTarget(row) };
    },
  },
  router: { resource: router, table: "routers", find: plain(getRouter) },
  floatingip: { resource: floatingip, table: "floatingips", find: plain(getFloatingIp) },
  security_group: { resource: securityGroup, table: "security_groups", find: plain(getGroup) },
};

export function tagHandlers(neutron: Neutron): Implementation[] {
  return (Object.keys(owners) as TaggedResource[]).map((name) => handlersOf(neutron, name, owners[name])); // its own keys
}

function handlersOf(neutron: Neutron, name: TaggedResource, owner: Owner): Implementation {
  const read = async (call: Call): Promise<string[]> => {
    const { row } = await owner.find(neutron.store.db, scopeOf(call), call.params["id"] ?? "");
    return parsed<string[]>(row.tags);
  };
  const change = (call: Call, work: (held: string[]) => string[]): Promise<string[]> =>
    neutron.store.change(async (one) => {
      const { row, target } = await owner.find(one.trx, scopeOf(call), call.params["id"] ?? "");
      call.enforce(target);
      return save(one, owner, row, work(parsed<string[]>(row.tags)));
    });
  const tagOf = (call: Call): string => call.params["tag"] ?? "";
  const need = (held: string[], tag: string): void => {
    if (!held.includes(tag)) throw errors.tagNotFound({ tag });
  };
  return implement(tagsOf(name, owner.resource), {
    list: async (call) => ({ tags: await read(call) }),
    check: async (call) => {
      need(await read(call), tagOf(call));
      return undefined;
    },
    replace: async (call) => ({ tags: await change(call, () => (call.body as { tags: string[] }).tags) }),
    clear: async (call) => {
      await change(call, () => []);
      return undefined;
    },
    add: async (call) => {
      await change(call, (held) => [...held, checkTag(tagOf(call))]);
      return new Reply(undefined as never); // 201 without a body, as the real one
    },
    remove: async (call) => {
      await change(call, (held) => {
        need(held, tagOf(call));
        return held.filter((tag) => tag !== tagOf(call));
      });
      return undefined;
    },
  });
}

function checkTag(tag: string): string {
  if (tag.length <= 60) return tag;
  throw errors.invalidInput({ error_message: `'${tag}' exceeds maximum length of 60` });
}

async function save(change: Change, owner: Owner, row: StandardRow, given: readonly string[]): Promise<string[]> {
  const tags = [...new Set(given)];
  await change.trx
    .updateTable(owner.table)
    .set({ tags: JSON.stringify(tags), revision_number: row.revision_number + 1, updated_at: change.now })
    .where("id", "=", row.id)
    .execute();
  return tags;
}
