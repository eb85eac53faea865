/** The letter box for a guest's password, encrypted by the guest: posted once, read by its owner through the API. */
import type { NovaStore } from "../store/open.ts";

/** Four values of 255 bytes. */
const password_max_bytes = 4 * 255;

/** Undefined for a method that the box does not have. */
export async function password(store: NovaStore, server_id: string, request: Request): Promise<Response | undefined> {
  const known = await store.servers.findSystemMetadata(server_id, "password");
  if (request.method === "GET")
    return new Response(known ?? "", { headers: { "Content-Type": "text/plain; charset=UTF-8" } });
  if (request.method !== "POST") return undefined;
  if (known) return new Response(null, { status: 409 });
  const text = await request.text();
  if (Buffer.byteLength(text) > password_max_bytes) return new Response("Request is too large.", { status: 400 });
  await store.servers.putSystemMetadata(server_id, "password", text);
  return new Response(null, { status: 200 });
}
