/**
 * `POST /servers`: steps 3 to 8 of the flow. What the user asks for is checked against the other services with the user's
 * own token; then one transaction writes the servers, their disks, their logs and the operations (6), the user is told
 * (7), and the scheduler is poked (8). From the commit on the rows are the truth: a lost poke is repeated.
 */
import { asBoolean } from "#contracts/nova/fields.ts";
import { errors } from "#contracts/nova/errors.ts";
import { schedulerAddress, scheduleServer } from "#contracts/nova/messages.ts";
import type { server } from "#contracts/nova/server.ts";
import type { ServerRequest } from "#contracts/nova/server-create.ts";
import type { BodyOf } from "#contracts/kit/resource.ts";
import { Reply, type Call } from "#platform/http/call.ts";
import type { ApiDeps } from "../deps.ts";
import { linksOf } from "../views/links.ts";
import { checkRequest, type Checked } from "./check.ts";
import { releaseVolumes, reserveVolumes, type Reservation } from "./volumes.ts";
import { writeServers, type Made } from "./write.ts";

type Body = BodyOf<typeof server.operations.create>;

export async function createServers(deps: ApiDeps, call: Call<unknown, Body>) {
  const { server: asked, ...beside } = call.body;
  const request = asked as ServerRequest; // `networks` is one field on the wire
  const hints = beside["os:scheduler_hints"] ?? beside["OS-SCH-HNT:scheduler_hints"] ?? {};
  const checked = await checkRequest(deps, call, request, hints);
  const made = await store(deps, call, checked);
  const answer = await deps.tracer.step(7, attributesOf(made), async () => answerOf(deps, call, checked, made));
  await deps.tracer.step(8, attributesOf(made), () => pokeScheduler(deps, made));
  return answer;
}

function attributesOf(made: readonly Made[]): Record<string, string> {
  return { server_id: made[0]?.id ?? "" };
}

/** Step 6. Volumes are reserved first, and given back when the rows cannot be written. */
async function store(deps: ApiDeps, call: Call, checked: Checked): Promise<Made[]> {
  const { token, audit_ids } = call.identity;
  const first = deps.ids.uuid();
  call.traceAttributes["server_id"] = first;
  call.traceAttributes["audit_id"] = audit_ids[0] ?? "";
  const volume_ids = checked.plan.devices.flatMap(({ volume_id }) => volume_id ?? []);
  const reserved: Reservation[] =
    volume_ids.length === 0 ? [] : await reserveVolumes(deps.cinder, token, first, volume_ids);
  try {
    return await deps.tracer.step(6, { server_id: first }, () => writeServers(deps, call, checked, first, reserved));
  } catch (error) {
    await releaseVolumes(deps.cinder, token, reserved);
    throw error;
  }
}

function answerOf(deps: ApiDeps, call: Call, checked: Checked, made: readonly Made[]) {
  const { request } = checked;
  const [first] = made;
  if (!first) throw errors.badRequest({ reason: "No server was asked for." });
  if (request.return_reservation_id !== undefined && asBoolean(request.return_reservation_id)) {
    return { reservation_id: first.reservation_id };
  }
  const body = {
    id: first.id,
    links: linksOf(call, "servers", first.id),
    "OS-DCF:diskConfig": first.disk_config,
    security_groups: checked.groups.names.map((name) => ({ name })),
    adminPass: request.adminPass ?? passwordOf(deps),
  };
  return new Reply({ server: body }, { headers: { Location: call.url(`/v2.1/servers/${first.id}`) } });
}

const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Told once and kept nowhere. */
function passwordOf({ ids }: Pick<ApiDeps, "ids">): string {
  return [...ids.bytes(12)].map((byte) => letters[byte % letters.length]).join("");
}

async function pokeScheduler(deps: ApiDeps, made: readonly Made[]): Promise<void> {
  for (const { id, operation_id } of made) {
    try {
      await deps.bus.cast(schedulerAddress, scheduleServer, { operation_id, server_id: id });
    } catch (error) {
      deps.log.warn(
        { server_id: id, operation_id, err: error },
        "the queue did not take a new server; it will be repeated",
      );
    }
  }
}
