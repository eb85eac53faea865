/** The operations of volumes: what their rows carry, and the message that an agent gets of them. */
import { type MessageBody } from "#contracts/kit/message.ts";
import type { runVolumeWork, VolumeSource } from "#contracts/cinder/messages.ts";
import type { Operation } from "#platform/operations/operation.ts";

export type VolumeWorkKind = "volume.create" | "volume.delete" | "volume.extend";

export interface WorkParams {
  /** GiB; for an extension the new size. */
  size_gb: number;
  source: VolumeSource;
  /** Of the request that began it. */
  request_id?: string;
}

export interface CreateParams extends WorkParams {
  availability_zone: string;
  only_host: string | null;
}

/** How long each may take: an image of many GiB takes its time. */
export const deadlines_ms: Record<VolumeWorkKind, number> = {
  "volume.create": 3_600_000,
  "volume.delete": 600_000,
  "volume.extend": 600_000,
};

export function workOf(operation: Operation): MessageBody<typeof runVolumeWork> {
  const { size_gb, source } = operation.params as WorkParams;
  return {
    operation_id: operation.id,
    kind: operation.kind as VolumeWorkKind,
    undo: operation.state !== "running",
    volume_id: operation.resource_id,
    size_gb,
    source,
    journal: operation.journal,
  };
}
