/** Members: the projects that an image of visibility `shared` is shared with. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { rules } from "./rules.ts";

const Member = Type.Object({
  /** Project. */
  member_id: Type.String(),
  image_id: Type.String(),
  status: Type.Unsafe<"pending" | "accepted" | "rejected">(Type.String()),
  created_at: Type.String(),
  updated_at: Type.String(),
  schema: Type.String(),
});

export type MemberBody = Type.Static<typeof Member>;

const all = "/v2/images/{image_id}/members";
const one = `${all}/{member_id}`;

export const member = defineResource({
  name: "image member",
  operations: {
    list: operation({
      method: "GET",
      path: all,
      policy: { name: "get_members", rule: rules.readsMembers },
      status: 200,
      response: Type.Object({ members: Type.Array(Member), schema: Type.String() }),
    }),
    create: operation({
      method: "POST",
      path: all,
      policy: { name: "add_member", rule: rules.owns },
      status: 200,
      request: Type.Unknown(),
      response: Member,
    }),
    show: operation({
      method: "GET",
      path: one,
      policy: { name: "get_member", rule: rules.readsMembers },
      status: 200,
      response: Member,
    }),
    update: operation({
      method: "PUT",
      path: one,
      policy: { name: "modify_member", rule: rules.answersSharing },
      status: 200,
      request: Type.Unknown(),
      response: Member,
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      policy: { name: "delete_member", rule: rules.owns },
      status: 204,
    }),
  },
});
