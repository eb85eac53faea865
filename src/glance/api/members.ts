/** Handlers of members: an owner shares an image, the other project takes it or not. */
import { errors } from "#contracts/glance/errors.ts";
import { member } from "#contracts/glance/member.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { MemberRow } from "../store/tables.ts";
import { getImage, targetOf, type Glance } from "./glance.ts";
import { memberBody } from "./view.ts";

export function memberHandlers(glance: Glance): Implementation {
  return implement(member, {
    list: async (call) => {
      const { image, target } = await getImage(glance, call);
      if (image.visibility !== "shared") throw errors.onlyShared();
      const rows = await glance.members.list(image.id);
      const seen = call.allows("add_member", target)
        ? rows
        : rows.filter((row) => row.member_id === call.identity.project_id);
      return { members: seen.map(memberBody), schema: "/v2/schemas/members" };
    },
    create: async (call) => {
      const member_id = (call.body as { member?: unknown } | undefined)?.member;
      if (typeof member_id !== "string" || member_id === "" || member_id.length > 255) throw errors.badMember();
      const { image } = await getImage(glance, call);
      if (image.visibility !== "shared") throw errors.onlyShared();
      const attempted = (await glance.members.list(image.id)).length + 1;
      if (attempted > glance.limits.members) throw errors.tooManyMembers({ attempted, maximum: glance.limits.members });
      const row = await glance.members.insert(image.id, member_id);
      if (!row) throw errors.memberExists({ member_id, image_id: image.id });
      return memberBody(row);
    },
    show: async (call) => memberBody((await getMember(glance, call)).row),
    update: (call) => answer(glance, call),
    delete: async (call) => {
      const { image } = await getImage(glance, call);
      const member_id = call.params["member_id"] ?? "";
      if (!(await glance.members.delete(image.id, member_id)))
        throw errors.memberNotFound({ member_id, image_id: image.id });
      return undefined;
    },
  });
}

async function getMember(glance: Glance, call: Call): Promise<{ row: MemberRow; owner: boolean }> {
  const { image, target } = await getImage(glance, call);
  const member_id = call.params["member_id"] ?? "";
  const owner = call.allows("add_member", target);
  const row =
    owner || member_id === call.identity.project_id ? await glance.members.find(image.id, member_id) : undefined;
  if (!row) throw errors.memberNotFound({ member_id, image_id: image.id });
  return { row, owner };
}

/** Only the project that was asked may answer; its owner cannot accept for it. */
async function answer(glance: Glance, call: Call) {
  const status = (["pending", "accepted", "rejected"] as const).find(
    (one) => one === (call.body as { status?: unknown } | undefined)?.status,
  );
  if (!status) throw errors.badMemberStatus();
  const image_id = call.params["image_id"] ?? "";
  const member_id = call.params["member_id"] ?? "";
  const image = await glance.images.find(image_id);
  if (!image || !call.allows("get_image", await targetOf(glance, call, image)))
    throw errors.imageNotFound({ image_id });
  call.enforce({ project_id: member_id, member_id });
  if (!(await glance.members.setStatus(image_id, member_id, status)))
    throw errors.memberNotFound({ member_id, image_id });
  const row = await glance.members.find(image_id, member_id);
  if (!row) throw errors.memberNotFound({ member_id, image_id });
  return memberBody(row);
}
