/** Credentials kept for users. Only their owner and administrators see them, and the owner never changes. */
import { createHash } from "node:crypto";
import { credential, ec2Credential } from "#contracts/keystone/credential.ts";
import { errors } from "#contracts/keystone/errors.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { findUser } from "../store/subjects.ts";
import type { CredentialRow } from "../store/tables.ts";
import { callerOf } from "./application-credentials.ts";
import { collection, filtered } from "./collection.ts";
import type { KeystoneDeps } from "./deps.ts";
import { existing, found, stored } from "./edit.ts";
import { findProjectRow } from "./projects.ts";

/** EC2 credentials are found by their access key. */
function ec2Id(access: string): string {
  return createHash("sha256").update(access).digest("hex");
}

interface Ec2Blob {
  access: string;
  secret: string;
}

/** The keys in a blob; 400 when they are not there. */
function ec2Blob(blob: string): Ec2Blob {
  try {
    const parsed = JSON.parse(blob) as Partial<Ec2Blob>;
    if (typeof parsed.access === "string" && typeof parsed.secret === "string") return parsed as Ec2Blob;
  } catch {
    // said below
  }
  throw errors.invalid({ detail: "Invalid blob in credential" });
}

export function credentialHandlers(deps: KeystoneDeps): Implementation {
  const { db, ids, vault } = deps;
  const bodyOf = (call: Call, row: CredentialRow) => ({
    id: row.id,
    type: row.type,
    blob: vault.open(row.blob),
    user_id: row.user_id,
    project_id: row.project_id,
    links: { self: call.url(`/v3/credentials/${row.id}`) },
  });
  const get = async (call: Call): Promise<CredentialRow> => {
    const { credential_id = "" } = call.params;
    const query = db.selectFrom("credentials").selectAll().where("id", "=", credential_id);
    const row = found(call, await query.executeTakeFirst(), "credential", credential_id);
    call.enforce({ user_id: row.user_id });
    return row;
  };
  return implement(credential, {
    list: async (call) => {
      let query = db.selectFrom("credentials").selectAll().orderBy("id");
      if (!call.allows("identity:list_credentials", {})) query = query.where("user_id", "=", call.identity.user_id);
      const items = (await query.execute()).map((row) => bodyOf(call, row));
      return collection(call, "credentials", filtered(items, call.query, ["user_id", "type"]));
    },
    create: async (call) => {
      const given = call.body.credential;
      const user_id = given.user_id ?? call.identity.user_id;
      call.enforce({ user_id });
      await callerOf(deps, call);
      existing(await findUser(db, { id: user_id }), "user", user_id);
      const ec2 = given.type === "ec2" ? ec2Blob(given.blob) : undefined;
      if (ec2 && !given.project_id) throw errors.invalid({ detail: "Expecting to find project_id in credential." });
      const row: CredentialRow = {
        id: ec2 ? ec2Id(ec2.access) : ids.hex(),
        user_id,
        project_id: given.project_id ?? null,
        type: given.type,
        blob: vault.close(given.blob),
      };
      await stored(db.insertInto("credentials").values(row).execute(), "credential", row.id);
      return { credential: bodyOf(call, row) };
    },
    show: async (call) => ({ credential: bodyOf(call, await get(call)) }),
    update: async (call) => {
      const row = await get(call);
      await callerOf(deps, call);
      const given = call.body.credential;
      if (given.user_id !== undefined && given.user_id !== row.user_id) {
        throw errors.forbidden({ detail: "The owner of a credential cannot be changed." });
      }
      const type = given.type ?? row.type;
      const blob = given.blob ?? vault.open(row.blob);
      if (type === "ec2") ec2Blob(blob);
      const project_id = given.project_id === undefined ? row.project_id : given.project_id;
      const set = { type, blob: vault.close(blob), project_id };
      await db.updateTable("credentials").set(set).where("id", "=", row.id).execute();
      return { credential: bodyOf(call, { ...row, ...set }) };
    },
    remove: async (call) => {
      const row = await get(call);
      await callerOf(deps, call);
      await db.deleteFrom("credentials").where("id", "=", row.id).execute();
      return undefined;
    },
  });
}

export function ec2CredentialHandlers(deps: KeystoneDeps): Implementation {
  const { db, ids, vault } = deps;
  const bodyOf = (call: Call, row: CredentialRow) => {
    const { access, secret } = ec2Blob(vault.open(row.blob));
    const { user_id, project_id: tenant_id } = row;
    const links = { self: call.url(`/v3/users/${user_id}/credentials/OS-EC2/${access}`) };
    return { access, secret, user_id, tenant_id, trust_id: null, links };
  };
  const own = (user_id: string) =>
    db.selectFrom("credentials").selectAll().where("type", "=", "ec2").where("user_id", "=", user_id);
  const get = async (call: Call): Promise<CredentialRow> => {
    const { user_id = "", credential_id = "" } = call.params;
    call.enforce({ user_id });
    const row = await own(user_id).where("id", "=", ec2Id(credential_id)).executeTakeFirst();
    return existing(row, "credential", credential_id);
  };
  return implement(ec2Credential, {
    list: async (call) => {
      const { user_id = "" } = call.params;
      call.enforce({ user_id });
      const items = (await own(user_id).orderBy("id").execute()).map((row) => bodyOf(call, row));
      return collection(call, "credentials", items);
    },
    create: async (call) => {
      const { user_id = "" } = call.params;
      call.enforce({ user_id });
      await callerOf(deps, call);
      const { tenant_id } = call.body;
      existing(await findUser(db, { id: user_id }), "user", user_id);
      existing(await findProjectRow(db, tenant_id), "project", tenant_id);
      const keys: Ec2Blob = { access: ids.hex(), secret: ids.hex() };
      const row = {
        id: ec2Id(keys.access),
        user_id,
        project_id: tenant_id,
        type: "ec2",
        blob: vault.close(JSON.stringify(keys)),
      };
      await db.insertInto("credentials").values(row).execute();
      return { credential: bodyOf(call, row) };
    },
    show: async (call) => ({ credential: bodyOf(call, await get(call)) }),
    remove: async (call) => {
      const row = await get(call);
      await callerOf(deps, call);
      await db.deleteFrom("credentials").where("id", "=", row.id).execute();
      return undefined;
    },
  });
}
