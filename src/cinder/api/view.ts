/** Rows as the API shows them, at the newest microversion. */
import type { AttachmentBody, ConnectionInfoBody } from "#contracts/cinder/attachment.ts";
import type { VolumeBody } from "#contracts/cinder/volume.ts";
import type { VolumeTypeBody } from "#contracts/cinder/volume-type.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import type { Call } from "#platform/http/call.ts";
import type { CinderStore } from "../store/open.ts";
import type { AttachmentRow, ServiceRow, VolumeTypeRow } from "../store/tables.ts";
import type { VolumeRecord } from "../store/volumes.ts";
import { projectOf } from "./cinder.ts";

const time = (at: number | null): string | null => (at === null ? null : isoMicrosNoZone(Number(at)));

/** Names of types and ids of agents, read once for a whole list. */
export interface Lookups {
  types: Map<string, string>;
  services: Map<string, ServiceRow>;
}

export async function lookups(store: CinderStore): Promise<Lookups> {
  const [types, services] = await Promise.all([store.types.list(), store.services.list()]);
  return {
    types: new Map(types.map((type) => [type.id, type.name])),
    services: new Map(services.map((service) => [service.host, service])),
  };
}

export function volumeLinks(call: Call, id: string): { rel: string; href: string }[] {
  const path = `${projectOf(call)}/volumes/${id}`;
  return [
    { rel: "self", href: call.url(`/v3/${path}`) },
    { rel: "bookmark", href: call.url(`/${path}`) },
  ];
}

export function volumeBody(call: Call, volume: VolumeRecord, known: Lookups): VolumeBody {
  const target = { project_id: volume.project_id, user_id: volume.user_id };
  const hosts = call.allows("volume_extension:volume_host_attribute", target);
  const service = known.services.get(volume.host ?? "");
  const image =
    volume.image_metadata === null ? undefined : (JSON.parse(volume.image_metadata) as Record<string, string>);
  const readonly: Record<string, string> =
    volume.readonly === null ? {} : { readonly: volume.readonly === 1 ? "True" : "False" };
  return {
    id: volume.id,
    name: volume.name,
    description: volume.description,
    size: volume.size,
    status: volume.status,
    migration_status: null,
    attachments: volume.attachments
      .filter((one) => one.status === "attached")
      .map((one) => attachmentOfVolume(one, hosts)),
    links: volumeLinks(call, volume.id),
    availability_zone: volume.availability_zone,
    bootable: volume.bootable === 1 ? "true" : "false",
    encrypted: false,
    created_at: isoMicrosNoZone(Number(volume.created_at)),
    updated_at: time(volume.updated_at),
    user_id: volume.user_id,
    snapshot_id: null,
    source_volid: volume.source_volid,
    metadata: { ...volume.metadata, ...readonly },
    volume_type: known.types.get(volume.volume_type_id) ?? null,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: false,
    ...(image ? { volume_image_metadata: image } : {}),
    ...adminFields(call, volume, hosts, service),
    group_id: null,
    service_uuid: service?.id ?? null,
    shared_targets: false,
    volume_type_id: volume.volume_type_id,
    consumes_quota: true,
  };
}

function adminFields(
  call: Call,
  volume: VolumeRecord,
  hosts: boolean,
  service: ServiceRow | undefined,
): Partial<VolumeBody> {
  const target = { project_id: volume.project_id };
  const tenants = call.allows("volume_extension:volume_tenant_attribute", target);
  const migrations = call.allows("volume_extension:volume_mig_status_attribute", target);
  const host = service ? poolOf(service) : null;
  return {
    ...(tenants ? { "os-vol-tenant-attr:tenant_id": volume.project_id } : {}),
    ...(hosts ? { "os-vol-host-attr:host": host, provider_id: null, cluster_name: null } : {}),
    ...(migrations ? { "os-vol-mig-status-attr:migstat": null, "os-vol-mig-status-attr:name_id": null } : {}),
  };
}

/** Backends are shown as `host@backend#pool`, which clients take apart. */
export const poolOf = ({ host, backend }: ServiceRow): string => `${host}@${backend}#${backend}`;

function attachmentOfVolume(row: AttachmentRow, hosts: boolean): VolumeBody["attachments"][number] {
  return {
    id: row.volume_id,
    attachment_id: row.id,
    volume_id: row.volume_id,
    server_id: row.server_id,
    host_name: hosts ? row.host_name : null,
    device: row.mountpoint,
    attached_at: time(row.attached_at),
  };
}

export function attachmentBrief(row: AttachmentRow) {
  return { id: row.id, status: row.status as string, instance: row.server_id, volume_id: row.volume_id };
}

export function attachmentBody(row: AttachmentRow): AttachmentBody {
  return {
    ...attachmentBrief(row),
    attached_at: time(row.attached_at),
    detached_at: null,
    attach_mode: row.mode,
    connection_info: row.connection_info === null ? {} : (JSON.parse(row.connection_info) as ConnectionInfoBody),
  };
}

export function typeBody(row: VolumeTypeRow): VolumeTypeBody {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    is_public: row.is_public === 1,
    extra_specs: JSON.parse(row.extra_specs) as Record<string, string>,
    qos_specs_id: null,
    "os-volume-type-access:is_public": row.is_public === 1,
  };
}
