/** Handlers of messages to users. */
import { errors } from "#contracts/cinder/errors.ts";
import { userMessage, type UserMessageBody } from "#contracts/cinder/user-message.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { MessageRow } from "../store/tables.ts";
import { projectOf, type Cinder } from "./cinder.ts";
import { numberIn } from "./list-query.ts";
import { nextUrl } from "./volumes.ts";

/** Messages are kept for thirty days. */
export const keep_ms = 30 * 24 * 3_600_000;

export function messageHandlers(cinder: Cinder): Implementation {
  const { messages } = cinder.store;
  const get = async (call: Call): Promise<MessageRow> => {
    const message_id = call.params["message_id"] ?? "";
    const row = await messages.find(message_id);
    if (!row || !call.allows("message:get", { project_id: row.project_id }))
      throw errors.messageNotFound({ message_id });
    call.enforce({ project_id: row.project_id });
    return row;
  };
  return implement(userMessage, {
    list: async (call) => {
      const query = call.query as Record<string, string | undefined>;
      const limit = Math.min(numberIn(query, "limit", 1000), 1000);
      const marker = query["marker"];
      const after = marker === undefined ? undefined : await messages.find(marker);
      if (marker !== undefined && !after) throw errors.markerNotFound({ marker });
      const resource_uuid = query["resource_uuid"];
      const filter = { project_id: projectOf(call), limit, offset: numberIn(query, "offset", 0), after };
      const rows = await messages.list({ ...filter, ...(resource_uuid === undefined ? {} : { resource_uuid }) });
      const last = rows.at(-1);
      const full = last !== undefined && rows.length === limit;
      const more = full ? { messages_links: [{ rel: "next", href: nextUrl(call, last.id) }] } : {};
      return { messages: rows.map((row) => messageBody(call, row)), ...more };
    },
    show: async (call) => ({ message: messageBody(call, await get(call)) }),
    delete: async (call) => {
      await messages.delete((await get(call)).id);
      return undefined;
    },
  });
}

function messageBody(call: Call, row: MessageRow): UserMessageBody {
  const { id, event_id, user_message, resource_type, resource_uuid, request_id } = row;
  const created = Number(row.created_at);
  const href = call.url(`/v3/${projectOf(call)}/messages/${id}`);
  const times = { created_at: isoMicrosNoZone(created), guaranteed_until: isoMicrosNoZone(created + keep_ms) };
  const links = [{ rel: "self", href }];
  return {
    id,
    event_id,
    user_message,
    message_level: "ERROR",
    resource_type,
    resource_uuid,
    request_id,
    ...times,
    links,
  };
}
