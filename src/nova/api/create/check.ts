/** Everything that must be right before a server is written: nothing is changed here, and what can be asked at once is. */
import { errors } from "#contracts/nova/errors.ts";
import type { RequestedNetwork } from "#contracts/nova/order.ts";
import type { ServerRequest } from "#contracts/nova/server-create.ts";
import type { Call } from "#platform/http/call.ts";
import type { Flavor } from "../../store/flavors.ts";
import type { Keypair } from "../../store/keypairs.ts";
import type { Quotas } from "../../store/quotas.ts";
import { defaultZone } from "../../store/zones.ts";
import type { ImageFacts } from "../clients/glance.ts";
import type { ApiDeps } from "../deps.ts";
import { mayUseFlavor } from "../flavor-access.ts";
import { isAdmin, targetOf } from "../server/find.ts";
import { planDevices, type DevicePlan } from "./devices.ts";
import { checkImageFits, findImage } from "./image.ts";
import { resolveGroups, resolveNetworks, type Groups, type NetworkCaller } from "./networks.ts";
import { countsOf, placingOf, userDataOf, wantsConfigDrive, type Counts, type Placing } from "./request.ts";
import { checkVolumes } from "./volumes.ts";

export interface Checked {
  request: ServerRequest;
  hints: Record<string, unknown>;
  counts: Counts;
  placing: Placing;
  user_data: string | null;
  flavor: Flavor;
  keypair: Keypair | undefined;
  plan: DevicePlan;
  networks: RequestedNetwork[];
  groups: Groups;
  quotas: Quotas;
  config_drive: boolean;
  server_group_id: string | null;
}

export async function checkRequest(
  deps: ApiDeps,
  call: Call,
  request: ServerRequest,
  hints: Record<string, unknown>,
): Promise<Checked> {
  const counts = countsOf(request);
  const placing = placingOf(request);
  const user_data = userDataOf(request);
  const plan = planDevices(request);
  if (request.personality?.length) throw errors.notBuilt({ what: "personality files" });
  checkSeveral(request, plan, counts);
  const { project_id, user_id, token } = call.identity;
  if (project_id === null) throw errors.forbidden({ reason: "The token is not scoped to a project." });
  checkPolicies(call, request, placing, { project_id, user_id });
  const caller: NetworkCaller = { token, project_id, admin: isAdmin(call) };
  const [flavor, keypair, image, networks, groups, quotas, server_group_id] = await Promise.all([
    findFlavor(deps, call, String(request.flavorRef)),
    findKeypair(deps, user_id, request.key_name),
    plan.boot_image === null ? undefined : findImage(deps.glance, token, plan.boot_image),
    resolveNetworks(deps.neutron, caller, request.networks),
    resolveGroups(
      deps.neutron,
      caller,
      (request.security_groups ?? []).map((group) => group.name),
    ),
    deps.store.quotas.of(project_id),
    findGroup(deps, project_id, hints["group"]),
    checkPlacing(deps, placing),
    checkVolumes(
      deps.cinder,
      deps.glance,
      token,
      plan.devices.filter((device) => device.boot_index !== 0 || device.source_type !== "image"),
    ),
  ]);
  checkFlavor(call, { project_id, user_id }, flavor, image, plan);
  checkMetadata(request, quotas);
  const config_drive = wantsConfigDrive(request, image?.properties ?? {});
  return {
    request,
    hints,
    counts,
    placing,
    user_data,
    flavor,
    keypair,
    plan,
    networks,
    groups,
    quotas,
    config_drive,
    server_group_id,
  };
}

/** One port or volume cannot be given to several servers. */
function checkSeveral(request: ServerRequest, plan: DevicePlan, counts: Counts): void {
  if (counts.max === 1) return;
  if (plan.devices.some((device) => device.volume_id !== null)) {
    throw errors.badRequest({ reason: "Cannot attach one or more volumes to multiple instances" });
  }
  if (!Array.isArray(request.networks)) return;
  if (request.networks.some((one) => one.port)) {
    const reason =
      "Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.";
    throw errors.badRequest({ reason });
  }
  if (request.networks.some((one) => one.fixed_ip)) {
    throw errors.badRequest({ reason: "max_count cannot be greater than 1 if an fixed_ip is specified." });
  }
}

function checkPolicies(
  call: Call,
  request: ServerRequest,
  placing: Placing,
  target: { project_id: string; user_id: string },
): void {
  if (placing.requested_host || placing.requested_node)
    call.enforce(targetOf(target), "os_compute_api:servers:create:forced_host");
  if (request.block_device_mapping_v2?.length)
    call.enforce(targetOf(target), "os_compute_api:servers:create:attach_volume");
  if (Array.isArray(request.networks)) call.enforce(targetOf(target), "os_compute_api:servers:create:attach_network");
}

async function findFlavor(deps: ApiDeps, call: Call, flavor_id: string): Promise<Flavor> {
  const flavor = await deps.store.flavors.find(flavor_id);
  if (!flavor || flavor.disabled || !(await mayUseFlavor(deps, call, flavor))) throw errors.badFlavorRef();
  return flavor;
}

async function findKeypair(deps: ApiDeps, user_id: string, name: string | undefined): Promise<Keypair | undefined> {
  if (name === undefined) return undefined;
  const keypair = await deps.store.keypairs.find(user_id, name);
  if (!keypair) throw errors.badKeyName();
  return keypair;
}

async function findGroup(deps: ApiDeps, project_id: string, asked: unknown): Promise<string | null> {
  if (typeof asked !== "string") return null;
  const group = await deps.store.serverGroups.find(asked);
  if (!group || group.project_id !== project_id)
    throw errors.badRequest({ reason: `Instance group ${asked} could not be found.` });
  return group.id;
}

/** Zones and hosts that exist; without any host yet, the default zone does. */
async function checkPlacing(deps: ApiDeps, { availability_zone, requested_host }: Placing): Promise<void> {
  if (availability_zone === null && requested_host === null) return;
  const zones = await deps.store.zonesOfHosts();
  const known =
    availability_zone === null || availability_zone === defaultZone || [...zones.values()].includes(availability_zone);
  if (!known) throw errors.zoneUnavailable();
  if (requested_host !== null && !zones.has(requested_host)) throw errors.hostNotFound({ host: requested_host });
}

function checkFlavor(
  call: Call,
  target: { project_id: string; user_id: string },
  flavor: Flavor,
  image: ImageFacts | undefined,
  plan: DevicePlan,
): void {
  const local = plan.image_ref !== null;
  if (image) checkImageFits(image, flavor, !local);
  const zeroDisk = "os_compute_api:servers:create:zero_disk_flavor";
  if (local && flavor.root_gb === 0 && !call.allows(zeroDisk, targetOf(target))) throw errors.zeroDisk();
}

function checkMetadata(request: ServerRequest, quotas: Quotas): void {
  const allowed = quotas.metadata_items;
  if (allowed >= 0 && Object.keys(request.metadata ?? {}).length > allowed) throw errors.tooManyMetadata({ allowed });
}
