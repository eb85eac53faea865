/** What Nova asks of Cinder, with a service user's token, in the project of the server's owner. Microversion 3.44. */
import { attachment, type AttachmentBody } from "#contracts/cinder/attachment.ts";
import { volume } from "#contracts/cinder/volume.ts";
import type { AnyOperation } from "#contracts/kit/resource.ts";
import { makeClient, missing, UpstreamError, type Upstream } from "#platform/http/client.ts";

export interface VolumeFacts {
  id: string;
  status: string;
  size: number;
  metadata: Record<string, string>;
  volume_image_metadata?: Record<string, string>;
}

/** How a host reaches a volume, as Cinder says it. */
export interface ConnectionInfo {
  driver_volume_type: string;
  data: { path: string; format: "raw" | "qcow2" };
}

export interface AttachmentFacts {
  id: string;
  volume_id: string;
  connection_info: ConnectionInfo;
}

export interface NewVolume {
  /** GiB. */
  size: number;
  imageRef?: string;
  volume_type?: string;
  metadata: Record<string, string>;
  name: string;
}

/** A volume that is reserved for a server, or attached to it. */
export interface HeldVolume {
  attachment_id: string;
  volume_id: string;
  server_id: string;
}

export interface CinderClient {
  createVolume(project_id: string, volume: NewVolume): Promise<VolumeFacts>;
  findVolume(project_id: string, volume_id: string): Promise<VolumeFacts | undefined>;
  listVolumes(project_id: string): Promise<VolumeFacts[]>;
  /** Harmless when it is gone. */
  deleteVolume(project_id: string, volume_id: string): Promise<void>;
  /** Connects: an attachment that was reserved, or a new one. */
  connect(
    project_id: string,
    wanted: { volume_id: string; server_id: string; attachment_id: string | null; connector: Connector },
  ): Promise<AttachmentFacts>;
  /** The attachment of a volume to a server, made by an earlier, interrupted try; null when there is none. */
  findAttachment(project_id: string, volume_id: string, server_id: string): Promise<string | null>;
  /** The guest has it. */
  complete(project_id: string, attachment_id: string): Promise<void>;
  /** Harmless when it is gone. Without a project: whoever owns it. */
  disconnect(project_id: string | null, attachment_id: string): Promise<void>;
  /** All attachments of all projects that are for a server. */
  listHeld(): Promise<HeldVolume[]>;
}

export interface Connector {
  host: string;
  ip: string;
  platform: string;
  os_type: string;
  multipath: boolean;
  /** Where the guest sees it. */
  mountpoint?: string;
}

/** Nova acts in the project of the server's owner: that is named in the path, as services may. */
function inProject<O extends AnyOperation>(operation: O): O {
  return { ...operation, path: operation.path.replace(/^\/v3\//, "/v3/{project_id}/") };
}

const volumes = {
  create: inProject(volume.operations.create),
  detail: inProject(volume.operations.detail),
  show: inProject(volume.operations.show),
  remove: inProject(volume.operations.delete),
};
const attachments = {
  detail: inProject(attachment.operations.detail),
  create: inProject(attachment.operations.create),
  show: inProject(attachment.operations.show),
  update: inProject(attachment.operations.update),
  complete: inProject(attachment.operations.complete),
  remove: inProject(attachment.operations.delete),
};

const headers = { "openstack-api-version": "volume 3.44" };

export function makeCinderClient(upstream: Upstream, token: () => Promise<string>): CinderClient {
  const client = makeClient(upstream, "volume", token);
  const findAttachment: CinderClient["findAttachment"] = async (project_id, volume_id, instance_id) => {
    const reply = await client.call(attachments.detail, {
      params: { project_id },
      query: { instance_id } as never,
      headers,
    });
    return reply.attachments.find((one) => one.volume_id === volume_id)?.id ?? null;
  };
  /** Cinder refuses to connect what a guest has: then the connection is the one that it knows. */
  const attachedAlready = async (params: { project_id: string; attachment_id: string }, error: unknown) => {
    if (!(error instanceof UpstreamError && error.status === 400)) throw error;
    const shown = await client.call(attachments.show, { params, headers });
    if (shown.attachment.status !== "attached") throw error;
    return shown;
  };
  return {
    findAttachment,
    async createVolume(project_id, wanted) {
      return (await client.call(volumes.create, { params: { project_id }, body: { volume: wanted }, headers })).volume;
    },
    async findVolume(project_id, volume_id) {
      return (await client.call(volumes.show, { params: { project_id, volume_id }, headers }).catch(missing))?.volume;
    },
    async listVolumes(project_id) {
      return (await client.call(volumes.detail, { params: { project_id }, headers })).volumes;
    },
    async deleteVolume(project_id, volume_id) {
      await client.call(volumes.remove, { params: { project_id, volume_id }, headers }).catch(missing);
    },
    async connect(project_id, { volume_id, server_id, attachment_id, connector }) {
      const known = attachment_id ?? (await findAttachment(project_id, volume_id, server_id));
      if (known !== null) {
        const params = { project_id, attachment_id: known };
        const update = client.call(attachments.update, { params, body: { attachment: { connector } }, headers });
        return nested((await update.catch((error: unknown) => attachedAlready(params, error))).attachment);
      }
      const body = { attachment: { volume_uuid: volume_id, instance_uuid: server_id, connector } };
      return nested((await client.call(attachments.create, { params: { project_id }, body, headers })).attachment);
    },
    async complete(project_id, attachment_id) {
      await client.call(attachments.complete, {
        params: { project_id, attachment_id },
        body: { "os-complete": null },
        headers,
      });
    },
    async disconnect(project_id, attachment_id) {
      const gone =
        project_id === null
          ? client.call(attachment.operations.delete, { params: { attachment_id }, headers })
          : client.call(attachments.remove, { params: { project_id, attachment_id }, headers });
      await gone.catch(missing);
    },
    async listHeld() {
      const reply = await client.call(attachment.operations.list, { query: { all_tenants: "1" } as never, headers });
      return reply.attachments.flatMap((one) =>
        one.instance === null ? [] : [{ attachment_id: one.id, volume_id: one.volume_id, server_id: one.instance }],
      );
    },
  };
}

/** The attachments API writes the connection as one flat object. */
function nested({ id, volume_id, connection_info }: AttachmentBody): AttachmentFacts {
  const { driver_volume_type, path, format } = connection_info as {
    driver_volume_type?: string;
    path?: string;
    format?: string;
  };
  if (path === undefined || (format !== "raw" && format !== "qcow2")) {
    throw new Error(
      `volume ${volume_id} has a connection that this host cannot open (${driver_volume_type ?? "none"})`,
    );
  }
  return {
    id,
    volume_id,
    connection_info: { driver_volume_type: driver_volume_type ?? "file", data: { path, format } },
  };
}
