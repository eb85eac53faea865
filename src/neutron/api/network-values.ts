/** A network's attributes as columns. */
import type { Static } from "typebox";
import { errors } from "#contracts/neutron/errors.ts";
import type { NetworkCreate } from "#contracts/neutron/network.ts";
import type { Db, NetworkRow } from "../store/tables.ts";
import type { Neutron } from "./context.ts";
import { asFlag, asInteger, dnsNameOf } from "./values.ts";

type Body = Static<typeof NetworkCreate>;
type Provider = Pick<NetworkRow, "network_type" | "physical_network" | "segmentation_id">;

/** Only the columns that the body sets. */
export function settableOf(body: Body, mtu_default: number): Partial<NetworkRow> {
  const patch: Partial<NetworkRow> = {};
  if (body.name !== undefined) patch.name = body.name;
  if (body.description !== undefined) patch.description = body.description;
  if (body.admin_state_up !== undefined) patch.admin_state_up = asFlag(body.admin_state_up);
  if (body.shared !== undefined) patch.shared = asFlag(body.shared);
  if (body["router:external"] !== undefined) patch.external = asFlag(body["router:external"]);
  if (body.is_default !== undefined) patch.is_default = asFlag(body.is_default);
  if (body.port_security_enabled !== undefined) patch.port_security_enabled = asFlag(body.port_security_enabled);
  if (body.dns_domain !== undefined) patch.dns_domain = dnsNameOf("dns_domain", body.dns_domain);
  if (body.mtu !== undefined) patch.mtu = mtuOf(asInteger(body.mtu), mtu_default);
  return patch;
}

/** 0 asks for the default. */
function mtuOf(mtu: number, mtu_default: number): number {
  if (mtu === 0) return mtu_default;
  // Below 1280 there is no IPv6, and the hosts wire nothing smaller.
  if (mtu < 1280) throw errors.invalidInput({ error_message: `Invalid MTU ${mtu}: the smallest is 1280` });
  if (mtu > 9000) throw errors.invalidInput({ error_message: "Requested MTU is too big, maximum is 9000" });
  return mtu;
}

/** `local` (this cloud's bridges) or `flat` (a physical network); other kinds need what is not built yet. */
export async function providerOf(neutron: Neutron, db: Db, body: Body): Promise<Provider> {
  const type = body["provider:network_type"];
  const physical_network = body["provider:physical_network"] ?? null;
  const segmentation_id = body["provider:segmentation_id"] ?? null;
  if (type === undefined || type === "local") {
    if (physical_network !== null || segmentation_id !== null) {
      throw errors.invalidInput({
        error_message: "physical_network and segmentation_id need a network_type that has them",
      });
    }
    return { network_type: "local", physical_network, segmentation_id: null };
  }
  if (type !== "flat") {
    throw errors.invalidInput({ error_message: `network_type value '${type}' not supported` });
  }
  if (segmentation_id !== null) {
    throw errors.invalidInput({ error_message: "segmentation_id prohibited for flat provider network" });
  }
  if (physical_network === null) {
    throw errors.invalidInput({ error_message: "physical_network required for flat provider network" });
  }
  if (!neutron.settings.physical_networks.includes(physical_network)) {
    throw errors.invalidInput({
      error_message: `physical_network '${physical_network}' unknown for flat provider network`,
    });
  }
  const taken = await db
    .selectFrom("networks")
    .select("id")
    .where("physical_network", "=", physical_network)
    .executeTakeFirst();
  if (taken) throw errors.flatNetworkInUse({ physical_network });
  return { network_type: "flat", physical_network, segmentation_id: null };
}
