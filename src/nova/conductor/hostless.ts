/**
 * Operations on a server that no host has (any more): there is no guest, so the conductor does what is left itself. A
 * delete gives volumes back; a create that was cancelled before a host was found has only its claim to give back.
 */
import type { Operation } from "#platform/operations/operation.ts";
import type { CinderClient } from "../clients/cinder.ts";
import type { FlowParts } from "../flows/create-fails.ts";
import { endUndone, finishDelete } from "./finish.ts";

export async function runHostless(parts: FlowParts, cinder: CinderClient, operation: Operation): Promise<void> {
  if (operation.kind === "server.delete") {
    const create = await parts.store.operations.findActive(operation.resource_id, "server.create");
    if (create) await endUndone(parts, create, null);
    await releaseVolumes(parts, cinder, operation.resource_id);
    await finishDelete(parts, operation);
    return;
  }
  await endUndone(parts, operation, null);
}

async function releaseVolumes(parts: FlowParts, cinder: CinderClient, server_id: string): Promise<void> {
  const server = await parts.store.servers.find(server_id);
  for (const device of await parts.store.blockDevices.listOf(server_id)) {
    if (device.attachment_id && server) await cinder.disconnect(server.project_id, device.attachment_id);
  }
}
