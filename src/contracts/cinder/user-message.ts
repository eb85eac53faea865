/** Messages to users: why work that was answered 202 did not come to a good end. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Links, ListQuery, orNull, Time } from "./fields.ts";
import { rules } from "./rules.ts";

const Message = Type.Object({
  id: Type.String(),
  /** Stable code of what happened. */
  event_id: Type.String(),
  user_message: Type.String(),
  message_level: Type.String(),
  resource_type: Type.String(),
  resource_uuid: Type.String(),
  request_id: orNull(Type.String()),
  created_at: Time,
  /** The message may be gone after this. */
  guaranteed_until: Time,
  links: Links,
});

export type UserMessageBody = Type.Static<typeof Message>;

const since = "3.3";
const one = "/v3/messages/{message_id}";

export const userMessage = defineResource({
  name: "user message",
  operations: {
    list: operation({
      method: "GET",
      path: "/v3/messages",
      since,
      policy: { name: "message:get_all", rule: rules.reads },
      status: 200,
      query: ListQuery,
      response: Type.Object({ messages: Type.Array(Message), messages_links: Type.Optional(Links) }),
    }),
    show: operation({
      method: "GET",
      path: one,
      since,
      policy: { name: "message:get", rule: rules.reads },
      status: 200,
      response: Type.Object({ message: Message }),
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      since,
      policy: { name: "message:delete", rule: rules.writes },
      status: 204,
    }),
  },
});
