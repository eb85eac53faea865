/** What nova-api asks of Cinder, with the user's own token. Microversion 3.44, the least that Nova needs. */
import { attachment } from "#contracts/cinder/attachment.ts";
import { volume } from "#contracts/cinder/volume.ts";
import { makeClient, type Upstream } from "#platform/http/client.ts";
import { found } from "./found.ts";

export interface VolumeFacts {
  id: string;
  status: string;
  /** GiB. */
  size: number;
  bootable: boolean;
  multiattach: boolean;
}

export interface CinderClient {
  findVolume(token: string, volume_id: string): Promise<VolumeFacts | undefined>;
  /** Reserves a volume for a server; throws `UpstreamError` when Cinder refuses. Returns the attachment's id. */
  reserve(token: string, volume_id: string, server_id: string): Promise<string>;
  /** Gives a reservation back; harmless when it is gone. */
  release(token: string, attachment_id: string): Promise<void>;
}

export function makeCinderClient(upstream: Upstream): CinderClient {
  const client = makeClient(upstream, "volume");
  const headers = { "openstack-api-version": "volume 3.44" };
  return {
    async findVolume(token, volume_id) {
      const asked = client.call(volume.operations.show, { token, headers, params: { volume_id } });
      const body = await found(asked);
      if (!body) return undefined;
      const { id, status, size, bootable, multiattach } = body.volume;
      return { id, status, size, bootable: bootable === "true", multiattach };
    },
    async reserve(token, volume_uuid, instance_uuid) {
      const body = { attachment: { volume_uuid, instance_uuid } };
      return (await client.call(attachment.operations.create, { token, headers, body })).attachment.id;
    },
    async release(token, attachment_id) {
      await found(client.call(attachment.operations.delete, { token, headers, params: { attachment_id } }));
    },
  };
}
