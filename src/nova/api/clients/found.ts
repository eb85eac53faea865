/** An answer, or undefined when the other service says that there is no such thing (or that it may not be seen). */
import { UpstreamError } from "#platform/http/client.ts";

export async function found<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof UpstreamError && [400, 403, 404].includes(error.status)) return undefined;
    throw error;
  }
}
