/** What Nova asks of Cinder, with a service user's token, in the project of the server's owner. Microversion 3.44. */
import Type from "typebox";
import { operation } from "#contracts/kit/resource.ts";
import { makeClient, UpstreamError, type Upstream } from "#platform/http/client.ts";

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

type FlatAttachment = Omit<AttachmentFacts, "connection_info"> & {
  connection_info: { driver_volume_type: string } & ConnectionInfo["data"];
};

export interface NewVolume {
  size: number;
  imageRef?: string;
  volume_type?: string;
  metadata: Record<string, string>;
  name: string;
}

export interface CinderClient {
  createVolume(project_id: string, volume: NewVolume): Promise<VolumeFacts>;
  findVolume(project_id: string, volume_id: string): Promise<VolumeFacts | undefined>;
  listVolumes(project_id: string): Promise<VolumeFacts[]>;
  /** Harmless when it is gone. */
  deleteVolume(project_id: string, volume_id: string): Promise<void>;
  /** Connects: an attachment that was reserved, or a new one. */
  connect(project_id: string, wanted: { volume_id: string; server_id: string; attachment_id: string | null; connector: Connector }): Promise<AttachmentFacts>;
  /** The attachment of a volume to a server, made by an earlier, interrupted try; null when there is none. */
  findAttachment(project_id: string, volume_id: string, server_id: string): Promise<string | null>;
  /** The guest has it. */
  complete(project_id: string, attachment_id: string): Promise<void>;
  /** Harmless when it is gone. */
  disconnect(project_id: string, attachment_id: string): Promise<void>;
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

const policy = { name: "volume", rule: "@" };
const body = Type.Any();
const volumeReply = Type.Object({ volume: Type.Unsafe<VolumeFacts>({}) });
const attachmentReply = Type.Object({ attachment: Type.Unsafe<FlatAttachment>({}) });
const volumes = "/v3/{project_id}/volumes";
const attachments = "/v3/{project_id}/attachments";
const operations = {
  createVolume: operation({ method: "POST", path: volumes, policy, status: 202, request: body, response: volumeReply }),
  listVolumes: operation({ method: "GET", path: `${volumes}/detail`, policy, status: 200, query: body, response: Type.Object({ volumes: Type.Array(Type.Unsafe<VolumeFacts>({})) }) }),
  showVolume: operation({ method: "GET", path: `${volumes}/{id}`, policy, status: 200, response: volumeReply }),
  deleteVolume: operation({ method: "DELETE", path: `${volumes}/{id}`, policy, status: 202 }),
  listAttachments: operation({ method: "GET", path: `${attachments}/detail`, policy, status: 200, query: body, response: Type.Object({ attachments: Type.Array(Type.Unsafe<AttachmentFacts>({})) }) }),
  attach: operation({ method: "POST", path: attachments, policy, status: 200, request: body, response: attachmentReply }),
  update: operation({ method: "PUT", path: `${attachments}/{id}`, policy, status: 200, request: body, response: attachmentReply }),
  complete: operation({ method: "POST", path: `${attachments}/{id}/action`, policy, status: 204, request: body }),
  detach: operation({ method: "DELETE", path: `${attachments}/{id}`, policy, status: 200 }),
};

const headers = { "openstack-api-version": "volume 3.44" };

export function makeCinderClient(upstream: Upstream, token: () => Promise<string>): CinderClient {
  const client = makeClient(upstream, "volume", token);
  const findAttachment: CinderClient["findAttachment"] = async (project_id, volume_id, instance_id) => {
    const query = { instance_id };
    const { attachments: all } = await client.call(operations.listAttachments, { params: { project_id }, query, headers });
    return all.find((one) => one.volume_id === volume_id)?.id ?? null;
  };
  return {
    findAttachment,
    async createVolume(project_id, volume) {
      return (await client.call(operations.createVolume, { params: { project_id }, body: { volume }, headers })).volume;
    },
    async findVolume(project_id, id) {
      return (await client.call(operations.showVolume, { params: { project_id, id }, headers }).catch(missing))?.volume;
    },
    async listVolumes(project_id) {
      return (await client.call(operations.listVolumes, { params: { project_id }, headers })).volumes;
    },
    async deleteVolume(project_id, id) {
      await client.call(operations.deleteVolume, { params: { project_id, id }, headers }).catch(missing);
    },
    async connect(project_id, { volume_id, server_id, attachment_id, connector }) {
      const known = attachment_id ?? (await findAttachment(project_id, volume_id, server_id));
      if (known !== null) {
        const change = { attachment: { connector } };
        return nested((await client.call(operations.update, { params: { project_id, id: known }, body: change, headers })).attachment);
      }
      const wanted = { attachment: { volume_uuid: volume_id, instance_uuid: server_id, connector } };
      return nested((await client.call(operations.attach, { params: { project_id }, body: wanted, headers })).attachment);
    },
    async complete(project_id, id) {
      await client.call(operations.complete, { params: { project_id, id }, body: { "os-complete": null }, headers });
    },
    async disconnect(project_id, id) {
      await client.call(operations.detach, { params: { project_id, id }, headers }).catch(missing);
    },
  };
}

/** The attachments API writes the connection as one flat object. */
function nested({ connection_info, ...attachment }: FlatAttachment): AttachmentFacts {
  const { driver_volume_type, ...data } = connection_info;
  return { ...attachment, connection_info: { driver_volume_type, data } };
}

function missing(error: unknown): undefined {
  if (error instanceof UpstreamError && error.status === 404) return undefined;
  throw error;
}
