/** Application credentials. They never give more than their owner has, and restricted ones make no others. */
import { applicationCredential } from "#contracts/keystone/application-credential.ts";
import { errors } from "#contracts/keystone/errors.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { endOf, findApplicationCredential, rolesOfCredential } from "../store/application-credentials.ts";
import type { Reference } from "../store/reference-data.ts";
import type { ApplicationCredentialRow } from "../store/tables.ts";
import type { Resolved } from "../tokens/resolve.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { stored } from "./edit.ts";

function bodyOf(call: Call, row: ApplicationCredentialRow, { roles }: Reference) {
  const { id, name, description, project_id, expires_at } = row;
  return {
    id,
    name,
    description,
    project_id,
    expires_at,
    unrestricted: row.unrestricted === 1,
    system: null,
    roles: rolesOfCredential(row).flatMap((role_id) => {
      const role = roles.get(role_id);
      return role ? [{ id: role.id, name: role.name, domain_id: role.domain_id || null }] : [];
    }),
    links: { self: call.url(`/v3/users/${row.user_id}/application_credentials/${id}`) },
  };
}

export function applicationCredentialHandlers(deps: KeystoneDeps): Implementation {
  const { db, ids, passwords, reference } = deps;
  const get = async (call: Call): Promise<ApplicationCredentialRow> => {
    const { user_id = "", application_credential_id: id = "" } = call.params;
    call.enforce({ user_id });
    const row = await findApplicationCredential(db, id);
    if (row?.user_id !== user_id) throw errors.notFound({ what: "application credential", id });
    return row;
  };
  return implement(applicationCredential, {
    list: async (call) => {
      const { user_id = "" } = call.params;
      call.enforce({ user_id });
      const query = db.selectFrom("application_credentials").selectAll().where("user_id", "=", user_id);
      const roles = await reference.current();
      const items = (await query.orderBy("name").execute()).map((row) => bodyOf(call, row, roles));
      return collection(call, "application_credentials", filtered(items, call.query, ["name"]));
    },
    create: async (call) => {
      const { user_id = "" } = call.params;
      call.enforce({ user_id });
      const owner = await callerOf(deps, call);
      const given = call.body.application_credential;
      if (given.access_rules !== undefined) throw errors.accessRules();
      if (owner.scope.kind !== "project") {
        throw errors.invalid({ detail: "Application credentials need a token that is scoped to a project." });
      }
      const secret = given.secret ?? ids.bytes(64).toString("base64url");
      const row: ApplicationCredentialRow = {
        id: ids.hex(),
        user_id,
        project_id: owner.scope.project.id,
        name: given.name,
        description: given.description ?? null,
        secret_hash: await passwords.hash(secret),
        expires_at: endGiven(given.expires_at ?? null, deps.clock.now()),
        unrestricted: Number(given.unrestricted ?? false),
        role_ids: JSON.stringify(rolesGiven(given.roles, owner)),
      };
      await stored(db.insertInto("application_credentials").values(row).execute(), "application_credential", row.name);
      return { application_credential: { ...bodyOf(call, row, owner.reference), secret } };
    },
    show: async (call) => ({ application_credential: bodyOf(call, await get(call), await reference.current()) }),
    remove: async (call) => {
      const row = await get(call);
      await callerOf(deps, call);
      await db.deleteFrom("application_credentials").where("id", "=", row.id).execute();
      return undefined;
    },
  });
}

/** Whoever asks, unless it is a program with a restricted credential: such must not make or end credentials. */
export async function callerOf({ tokens }: KeystoneDeps, call: Call): Promise<Resolved> {
  const resolved = await tokens.validate(call.identity.token);
  if (!resolved) throw errors.notAuthenticated();
  if (resolved.credential && !resolved.credential.unrestricted) {
    throw errors.forbidden({
      detail: "Using method 'application_credential' is not allowed for managing additional credentials.",
    });
  }
  return resolved;
}

interface RoleGiven {
  id?: string | undefined;
  name?: string | undefined;
}

/** All roles of the caller's token, or those named among them. */
function rolesGiven(given: readonly RoleGiven[] | undefined, { roles }: Resolved): string[] {
  if (given === undefined || given.length === 0) return roles.map(({ id }) => id);
  return given.map((wanted) => {
    const role = roles.find(({ id, name }) => (wanted.id === undefined ? name === wanted.name : id === wanted.id));
    if (role) return role.id;
    throw errors.invalid({
      detail: "Could not find role assignment with the role of the application credential for this user and project.",
    });
  });
}

/** The time as Keystone writes it: UTC without a zone. */
function endGiven(text: string | null, now_ms: number): string | null {
  if (text === null) return null;
  const utc = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? new Date(text).toISOString() : text;
  const written = utc.replace(/Z$/, "");
  if (!(endOf(written) > now_ms))
    throw errors.invalid({ detail: "The expiration of an application credential must be in the future." });
  return written;
}
