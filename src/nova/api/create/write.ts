/** Writes new servers whole: rows, disks, logs and operations in one transaction, and the quota counted in the same. */
import { operationPlans } from "#contracts/nova/operations.ts";
import { schedulerAddress } from "#contracts/nova/messages.ts";
import type { Call } from "#platform/http/call.ts";
import { currentTrace } from "#platform/trace/trace.ts";
import type { BlockDevice } from "../../store/block-devices.ts";
import { forOperations } from "../../store/open.ts";
import type { NewServer, NovaDb } from "../../store/servers.ts";
import type { ApiDeps } from "../deps.ts";
import type { Checked } from "./check.ts";
import { allowedCount } from "./quota.ts";
import { hostnameOf, nameOf } from "./request.ts";
import type { Reservation } from "./volumes.ts";

export interface Made {
  id: string;
  operation_id: string;
  reservation_id: string;
  disk_config: string;
}

/** `first` is the id of the first server, for which volumes are reserved already. */
export async function writeServers(
  deps: ApiDeps,
  call: Call,
  checked: Checked,
  first: string,
  reserved: readonly Reservation[],
): Promise<Made[]> {
  const { store, ids } = deps;
  const { flavor, quotas, counts } = checked;
  const project_id = call.identity.project_id ?? "";
  const reservation_id = `r-${ids.hex().slice(0, 8)}`;
  return store.transaction(async (trx) => {
    const used = await store.servers.usage(project_id, trx);
    const count = allowedCount(quotas, used, { instances: 1, cores: flavor.vcpus, ram: flavor.memory_mb }, counts);
    const rows = Array.from({ length: count }, (_none, at) =>
      newServer(deps, call, checked, { id: at === 0 ? first : ids.uuid(), at, count, reservation_id }),
    );
    await store.servers.insert(rows, trx);
    const made: Made[] = [];
    for (const row of rows) {
      await store.blockDevices.insert(devicesOf(deps, row.id, checked, reserved), trx);
      made.push({ ...(await writeWork(deps, call, row, trx)), reservation_id, disk_config: row.disk_config });
    }
    return made;
  });
}

async function writeWork(
  deps: ApiDeps,
  call: Call,
  { id }: NewServer,
  trx: NovaDb,
): Promise<{ id: string; operation_id: string }> {
  const { store, ids } = deps;
  const { request_id, identity } = call;
  const operation_id = ids.uuid();
  const { user_id, project_id } = identity;
  await store.instanceActions.start({ request_id, server_id: id, action: "create", user_id, project_id }, trx);
  await store.operations.insert(forOperations(trx), {
    id: operation_id,
    kind: "server.create",
    resource_id: id,
    params: { request_id },
    owner: schedulerAddress,
    waiting_for: "the scheduler",
    deadline_ms: operationPlans["server.create"].deadline_s * 1000,
  });
  return { id, operation_id };
}

interface Place {
  id: string;
  at: number;
  count: number;
  reservation_id: string;
}

function newServer(deps: ApiDeps, call: Call, checked: Checked, { id, at, count, reservation_id }: Place): NewServer {
  const { request, flavor, keypair, plan, placing, groups } = checked;
  const name = nameOf(request.name, at, count);
  return {
    id,
    name,
    project_id: call.identity.project_id ?? "",
    user_id: call.identity.user_id,
    vm_state: "building",
    task_state: "scheduling",
    image_ref: plan.image_ref,
    ...flavorFields(flavor),
    key_name: keypair?.name ?? null,
    key_data: keypair?.public_key ?? null,
    key_type: keypair?.type ?? null,
    user_data: checked.user_data,
    config_drive: checked.config_drive,
    ...placing,
    metadata: request.metadata ?? {},
    description: request.description ?? null,
    tags: request.tags ?? [],
    hostname: request.hostname === undefined ? hostnameOf(name, id) : nameOf(request.hostname, at, count),
    reservation_id,
    launch_index: at,
    root_device_name: plan.devices.find((device) => device.boot_index === 0)?.device_name ?? null,
    access_ip_v4: request.accessIPv4 || null,
    access_ip_v6: request.accessIPv6 || null,
    disk_config: request["OS-DCF:diskConfig"] ?? "MANUAL",
    security_groups: groups.ids,
    security_group_names: groups.names,
    requested_networks: checked.networks,
    scheduler_hints: checked.hints,
    server_group_id: checked.server_group_id,
    created_at: deps.clock.now(),
    trace_id: currentTrace()?.trace_id ?? null,
    request_id: call.request_id,
  };
}

function flavorFields(flavor: Checked["flavor"]): Pick<NewServer, "flavor" | "flavor_id" | "vcpus" | "memory_mb"> {
  const { id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap, extra_specs } = flavor;
  return {
    flavor: { id, name, vcpus, memory_mb, root_gb, ephemeral_gb, swap, extra_specs },
    flavor_id: id,
    vcpus,
    memory_mb,
  };
}

function devicesOf(
  deps: ApiDeps,
  server_id: string,
  { plan }: Checked,
  reserved: readonly Reservation[],
): Omit<BlockDevice, "created_at" | "updated_at">[] {
  return plan.devices.map((device) => ({
    ...device,
    id: deps.ids.uuid(),
    server_id,
    snapshot_id: null,
    attachment_id: reserved.find((one) => one.volume_id === device.volume_id)?.attachment_id ?? null,
    attached: false,
  }));
}
