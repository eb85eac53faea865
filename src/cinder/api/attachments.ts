/** Handlers of attachments: reserve, connect, complete, delete. Each change of state is guarded, so races lose cleanly. */
import { attachment as resource, type ConnectionInfoBody, type ConnectorBody } from "#contracts/cinder/attachment.ts";
import { errors } from "#contracts/cinder/errors.ts";
import { connectVolume, disconnectVolume, volumeAddress } from "#contracts/cinder/messages.ts";
import { BusError } from "#platform/bus/bus.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { AttachmentRow } from "../store/tables.ts";
import type { VolumeRecord } from "../store/volumes.ts";
import { getVolume, projectOf, type Cinder } from "./cinder.ts";
import { isTrue, numberIn } from "./list-query.ts";
import { attachmentBody, attachmentBrief } from "./view.ts";
import { nextUrl, scopeOf } from "./volumes.ts";

export function attachmentHandlers(cinder: Cinder): Implementation {
  return implement(resource, {
    list: async (call) => {
      const { rows, more } = await list(cinder, call);
      return { attachments: rows.map(attachmentBrief), ...more };
    },
    detail: async (call) => {
      const { rows, more } = await list(cinder, call);
      return { attachments: rows.map(attachmentBody), ...more };
    },
    create: async (call) => {
      const asked = call.body.attachment;
      const volume = await getVolume(cinder, call, asked.volume_uuid);
      const row = await reserve(
        cinder,
        volume,
        asked.instance_uuid ?? null,
        asked.mode ?? (volume.readonly === 1 ? "ro" : "rw"),
      );
      if (!asked.connector) return { attachment: attachmentBody(row) };
      return { attachment: attachmentBody(await connect(cinder, volume, row, asked.connector)) };
    },
    show: async (call) => ({ attachment: attachmentBody((await getAttachment(cinder, call)).row) }),
    update: async (call) => {
      const { row, volume } = await getAttachment(cinder, call);
      return { attachment: attachmentBody(await connect(cinder, volume, row, call.body.attachment.connector)) };
    },
    complete: (call) => complete(cinder, call),
    delete: (call) => remove(cinder, call),
  });
}

async function list(cinder: Cinder, call: Call) {
  const query = call.query as Record<string, string | undefined>;
  const limit = Math.min(numberIn(query, "limit", 1000), 1000);
  const after = query["marker"] === undefined ? undefined : await cinder.store.attachments.find(query["marker"]);
  if (query["marker"] !== undefined && !after) throw errors.attachmentNotFound({ attachment_id: query["marker"] });
  const { volume_id, status } = query;
  const server_id = query["instance_id"] ?? query["instance_uuid"];
  const rows = await cinder.store.attachments.list({
    ...scopeOf(call, { all_projects: isTrue(query["all_tenants"] ?? ""), project_id: query["project_id"] }),
    ...(server_id === undefined ? {} : { server_id }),
    ...(volume_id === undefined ? {} : { volume_id }),
    ...(status === undefined ? {} : { status }),
    limit,
    offset: numberIn(query, "offset", 0),
    after,
  });
  const last = rows.at(-1);
  const full = last !== undefined && rows.length === limit;
  return { rows, more: full ? { attachments_links: [{ rel: "next", href: nextUrl(call, last.id) }] } : {} };
}

async function getAttachment(cinder: Cinder, call: Call): Promise<{ row: AttachmentRow; volume: VolumeRecord }> {
  const attachment_id = call.params["attachment_id"] ?? "";
  const row = await cinder.store.attachments.find(attachment_id);
  const target = row && { project_id: row.project_id };
  if (!row || !target || !call.allows("volume:attachment_get", target))
    throw errors.attachmentNotFound({ attachment_id });
  call.enforce(target);
  const volume = await cinder.store.volumes.find(row.volume_id);
  if (!volume) throw errors.attachmentNotFound({ attachment_id });
  return { row, volume };
}

/** Of two who reserve at once, one wins: the volume changes from `available` once. */
async function reserve(
  cinder: Cinder,
  volume: VolumeRecord,
  server_id: string | null,
  mode: "rw" | "ro",
): Promise<AttachmentRow> {
  const { store } = cinder;
  const row: AttachmentRow = {
    id: cinder.ids.uuid(),
    volume_id: volume.id,
    project_id: volume.project_id,
    server_id,
    host_name: null,
    mountpoint: null,
    status: "reserved",
    mode,
    connector: null,
    connection_info: null,
    created_at: cinder.clock.now(),
    attached_at: null,
  };
  const reserved = await store.db.transaction().execute(async (trx) => {
    if (!(await store.volumes.move(volume.id, "reserve", {}, trx))) return false;
    await store.attachments.insert(trx, row);
    return true;
  });
  if (reserved) return row;
  const now = await store.volumes.find(volume.id);
  throw errors.cannotReserve({ volume_id: volume.id, status: now?.status ?? "deleted" });
}

/** The agent makes the volume reachable from the connector's host; a refusal leads back to `reserved`. */
async function connect(
  cinder: Cinder,
  volume: VolumeRecord,
  row: AttachmentRow,
  connector: ConnectorBody,
): Promise<AttachmentRow> {
  const { store } = cinder;
  if (row.status === "attached") throw errors.cannotConnect({ volume_id: volume.id, status: "in-use" });
  const facts = {
    host_name: connector.host ?? null,
    mountpoint: connector.mountpoint ?? row.mountpoint,
    connector: JSON.stringify(connector),
  };
  const begun = await store.db.transaction().execute(async (trx) => {
    if (!(await store.attachments.change(row.id, ["reserved", "attaching"], { status: "attaching", ...facts }, trx)))
      return false;
    return store.volumes.move(volume.id, "connect", {}, trx);
  });
  if (!begun) throw errors.cannotConnect({ volume_id: volume.id, status: volume.status });
  try {
    const connection_info = await askAgent(cinder, volume, row, connector);
    const connected = {
      ...row,
      ...facts,
      status: "attaching" as const,
      connection_info: JSON.stringify(connection_info),
    };
    if (await store.attachments.change(row.id, ["attaching"], { connection_info: connected.connection_info }))
      return connected;
    throw errors.attachmentNotFound({ attachment_id: row.id });
  } catch (error) {
    await store.db.transaction().execute(async (trx) => {
      const back = { status: "reserved" as const, connector: null, host_name: null };
      if (await store.attachments.change(row.id, ["attaching"], back, trx))
        await store.volumes.move(volume.id, "connect_failed", {}, trx);
    });
    throw error;
  }
}

async function askAgent(
  cinder: Cinder,
  volume: VolumeRecord,
  row: AttachmentRow,
  connector: ConnectorBody,
): Promise<ConnectionInfoBody> {
  const host = volume.host ?? "";
  const body = { volume_id: volume.id, attachment_id: row.id, connector, size_gb: volume.size, mode: row.mode };
  try {
    return (await cinder.bus.call(volumeAddress(host), connectVolume, body)).connection_info;
  } catch (error) {
    if (error instanceof BusError && error.code === "timeout") throw errors.agentSilent({ host }, { cause: error });
    throw error;
  }
}

async function complete(cinder: Cinder, call: Call): Promise<undefined> {
  const { row, volume } = await getAttachment(cinder, call);
  const { store } = cinder;
  const done = await store.db.transaction().execute(async (trx) => {
    const set = { status: "attached" as const, attached_at: cinder.clock.now() };
    if (!(await store.attachments.change(row.id, ["reserved", "attaching"], set, trx))) return false;
    return store.volumes.move(volume.id, "attached", {}, trx);
  });
  const repeated = row.status === "attached" && volume.status === "in-use";
  if (!done && !repeated) throw errors.cannotComplete({ volume_id: volume.id, status: volume.status });
  return undefined;
}

/**
 * Taking a volume away from a guest that still has it lets another guest read it (OSSA-2023-003), so users detach
 * through the compute service; here only services may, or whoever names a server that has let go of it.
 */
async function remove(cinder: Cinder, call: Call) {
  const { row, volume } = await getAttachment(cinder, call);
  await requireLetGo(cinder, call, row);
  const { store } = cinder;
  if (row.connection_info !== null && volume.host !== null) {
    const body = { volume_id: volume.id, attachment_id: row.id };
    await cinder.bus.call(volumeAddress(volume.host), disconnectVolume, body);
  }
  const left = await store.db.transaction().execute(async (trx) => {
    await store.attachments.delete(row.id, trx);
    const others = await store.attachments.listOf(volume.id, trx);
    if (others.length === 0) await store.volumes.move(volume.id, "detached", {}, trx);
    return others;
  });
  return { attachments: left.map(attachmentBrief) };
}

async function requireLetGo(cinder: Cinder, call: Call, row: AttachmentRow): Promise<void> {
  if (row.connection_info === null || row.server_id === null) return;
  if (call.allows("volume:attachment_delete_in_use", { project_id: projectOf(call) })) return;
  const path = `/v2.1/servers/${row.server_id}/os-volume_attachments/${row.volume_id}`;
  const headers = { "x-auth-token": call.identity.token, accept: "application/json" };
  const answer = await cinder.upstream.fetch("compute", path, { headers });
  await answer.body?.cancel();
  if (answer.status !== 404) throw errors.attachmentInUse({ server_id: row.server_id });
}
