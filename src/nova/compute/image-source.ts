/** The image of a server on this host: asked for with compute's own token, fetched once, then taken from the cache. */
import { image } from "#contracts/glance/image.ts";
import { imageData } from "#contracts/glance/image-data.ts";
import { makeClient, type Upstream } from "#platform/http/client.ts";
import { withoutStep } from "#platform/trace/trace.ts";
import { HopelessError } from "./failures.ts";
import type { CachedImage, ImageCache } from "./image-cache.ts";

export interface ImageSource {
  /** Asks Glance about the image, and has its bytes on this host. */
  ensure(image_id: string): Promise<CachedImage>;
  /** Asks about it only: a server that boots from a volume needs no bytes here. */
  describe(image_id: string): Promise<void>;
}

export function makeImageSource(upstream: Upstream, token: () => Promise<string>, cache: ImageCache): ImageSource {
  const glance = makeClient(upstream, "image", token);
  const show = (image_id: string) => glance.call(image.operations.show, { params: { image_id } });
  return {
    async ensure(image_id) {
      const cached = await cache.find(image_id);
      // The request that fetches the bytes is the one that the flow means; a cached image is only asked about.
      const facts = cached ? await show(image_id) : await withoutStep(() => show(image_id));
      if (facts.status !== "active") throw new HopelessError(`Image ${image_id} is not active.`);
      if (cached) return cached;
      const wanted = {
        id: image_id,
        disk_format: String(facts.disk_format),
        os_hash_value: (facts.os_hash_value as string | null) ?? null,
      };
      return cache.add(wanted, () =>
        glance.stream(imageData.operations.download, { params: { image_id }, headers: { accept: "*/*" } }),
      );
    },
    async describe(image_id) {
      await show(image_id);
    },
  };
}
