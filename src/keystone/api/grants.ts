/** Roles given and taken. Taking the last role in a scope ends the tokens of that scope by itself: roles are read each time. */
import { errors } from "#contracts/keystone/errors.ts";
import { grant, grantName, grantShapes, type GrantShape } from "#contracts/keystone/grant.ts";
import { implement, type Call, type Handler, type Implementation } from "#platform/http/call.ts";
import type { AnyOperation } from "#contracts/kit/resource.ts";
import { deleteAssignment, ensureAssignment, hasAssignment } from "../store/assignments.ts";
import type { AssignmentRow } from "../store/tables.ts";
import { collection } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing } from "./edit.ts";
import { findProjectRow } from "./projects.ts";
import { roleBody } from "./render.ts";
import { findRole } from "./roles.ts";

export function grantHandlers({ db }: KeystoneDeps): Implementation {
  /** What the path names; 404 for what does not exist, 403 for who may not touch it. */
  const partsOf = async (call: Call, shape: GrantShape): Promise<Omit<AssignmentRow, "role_id">> => {
    const actor_id = call.params[`${shape.actor}_id`] ?? "";
    const table = shape.actor === "user" ? "users" : "groups";
    const actor = await db.selectFrom(table).select("domain_id").where("id", "=", actor_id).executeTakeFirst();
    const target_id = shape.target === "system" ? "system" : (call.params[`${shape.target}_id`] ?? "");
    const target = shape.target === "system" ? undefined : await findProjectRow(db, target_id);
    call.enforce({ domain_id: target?.is_domain ? target.id : target?.domain_id });
    existing(actor, shape.actor, actor_id);
    const fits = shape.target === "system" || (target && (shape.target === "project") === (target.is_domain === 0));
    if (!fits) throw errors.notFound({ what: shape.target, id: target_id });
    return {
      actor_type: shape.actor,
      actor_id,
      target_type: shape.target,
      target_id,
      inherited: Number(shape.inherited),
    };
  };
  const rowOf = async (call: Call, shape: GrantShape): Promise<AssignmentRow> => {
    const { role_id = "" } = call.params;
    const row = { ...(await partsOf(call, shape)), role_id };
    existing(await findRole(db, role_id), "role", role_id);
    return row;
  };
  const handlersOf = (shape: GrantShape): Record<string, Handler<AnyOperation>> => ({
    [grantName("list", shape)]: async (call) => {
      const parts = await partsOf(call, shape);
      let query = db.selectFrom("roles").innerJoin("assignments", "assignments.role_id", "roles.id").selectAll("roles");
      for (const [name, value] of Object.entries(parts)) query = query.where(name as keyof typeof parts, "=", value);
      const rows = await query.orderBy("roles.name").execute();
      return collection(
        call,
        "roles",
        rows.map((row) => roleBody(call, row)),
      );
    },
    [grantName("check", shape)]: async (call) => {
      const row = await rowOf(call, shape);
      if (!(await hasAssignment(db, row))) throw errors.assignmentNotFound({ ...row });
      return undefined;
    },
    [grantName("create", shape)]: async (call) => {
      await ensureAssignment(db, await rowOf(call, shape));
      return undefined;
    },
    [grantName("revoke", shape)]: async (call) => {
      const row = await rowOf(call, shape);
      if (!(await deleteAssignment(db, row))) throw errors.assignmentNotFound({ ...row });
      return undefined;
    },
  });
  const handlers = Object.assign({}, ...grantShapes.map(handlersOf)) as Record<string, Handler<AnyOperation>>;
  return implement(grant, handlers);
}
