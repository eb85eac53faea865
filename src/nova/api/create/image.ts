/** May this flavor boot this image? Sizes in messages are bytes. */
import { errors } from "#contracts/nova/errors.ts";
import { isUuid } from "#platform/ids/ids.ts";
import type { Flavor } from "../../store/flavors.ts";
import type { GlanceClient, ImageFacts } from "../clients/glance.ts";

const gib = 2 ** 30;

export async function findImage(glance: GlanceClient, token: string, image_id: string): Promise<ImageFacts> {
  if (!isUuid(image_id)) throw errors.badImageRef();
  const image = await glance.find(token, image_id);
  if (!image) throw errors.imageMissing();
  if (image.status !== "active") throw errors.imageInactive({ image_id });
  return image;
}

/** The root disk is the flavor's (0: as large as the image) unless a volume is booted from. */
export function checkImageFits(image: ImageFacts, flavor: Flavor, bootsFromVolume: boolean): void {
  if (flavor.memory_mb < image.min_ram) throw errors.memoryTooSmall();
  if (bootsFromVolume || flavor.root_gb === 0) return;
  const flavor_size = flavor.root_gb * gib;
  if ((image.size ?? 0) > flavor_size) throw errors.diskTooSmall({ flavor_size, image_size: image.size });
  if (image.min_disk > flavor.root_gb)
    throw errors.diskBelowMinimum({ flavor_size, image_min_disk: image.min_disk * gib });
}
