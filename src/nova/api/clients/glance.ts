/** What nova-api asks of Glance, with the user's own token. */
import { image } from "#contracts/glance/image.ts";
import { makeClient, type Upstream } from "#platform/http/client.ts";
import { found } from "./found.ts";

export interface ImageFacts {
  id: string;
  status: string;
  /** MiB. */
  min_ram: number;
  /** GiB. */
  min_disk: number;
  /** Bytes. */
  size: number | null;
  /** Custom properties and all else that the image shows. */
  properties: Readonly<Record<string, unknown>>;
}

export interface GlanceClient {
  find(token: string, image_id: string): Promise<ImageFacts | undefined>;
}

export function makeGlanceClient(upstream: Upstream): GlanceClient {
  const client = makeClient(upstream, "image");
  return {
    async find(token, image_id) {
      const body = await found(client.call(image.operations.show, { token, params: { image_id } }));
      if (!body) return undefined;
      const { id, status, min_ram, min_disk, size } = body;
      return { id, status, min_ram, min_disk, size, properties: body };
    },
  };
}
