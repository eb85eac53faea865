/** Fetches images from the image service with the agent's own user. */
import { UpstreamError } from "#platform/http/client.ts";
import type { Parts } from "#platform/role/role.ts";
import type { ImageReader } from "./work.ts";

export function makeImageReader({ upstream, serviceUser }: Pick<Parts, "upstream" | "serviceUser">): ImageReader {
  const ask = async (image_id: string, signal: AbortSignal): Promise<Response> => {
    const headers = { "x-auth-token": await serviceUser.token(), accept: "application/json" };
    return upstream.fetch("image", `/v2/images/${encodeURIComponent(image_id)}/file`, { headers, signal });
  };
  return async (image_id, signal) => {
    let answer = await ask(image_id, signal);
    if (answer.status === 401) {
      serviceUser.forget();
      answer = await ask(image_id, signal);
    }
    if (answer.status === 200 && answer.body) return answer.body;
    await answer.body?.cancel();
    throw new UpstreamError(
      "image",
      answer.status,
      `The image service answered ${answer.status} to a request for image ${image_id}.`,
    );
  };
}
