/** What the metadata of a server is made of: the same for the service, which reads the database, and for a config drive. */
import type { Interface, ServerOrder } from "#contracts/nova/order.ts";

export interface MetadataFacts {
  server: Pick<
    ServerOrder,
    | "id"
    | "name"
    | "hostname"
    | "project_id"
    | "image_ref"
    | "availability_zone"
    | "metadata"
    | "key"
    | "user_data"
    | "block_devices"
    | "launch_index"
  > & { flavor: { name: string } };
  interfaces: readonly Interface[];
  reservation_id: string;
  security_group_names: readonly string[];
}

/** Appended to host names: the domain of Nova's own DHCP of old. */
const domain = "novalocal";

export function fullHostname(server: Pick<ServerOrder, "hostname">): string {
  return `${server.hostname}.${domain}`;
}

/** The user's own bytes: they may be compressed. */
export function userData(server: Pick<ServerOrder, "user_data">): Uint8Array | undefined {
  return server.user_data === null ? undefined : Buffer.from(server.user_data, "base64");
}
