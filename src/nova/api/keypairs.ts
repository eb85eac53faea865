/** Key pairs of users. A private key is in one answer only. */
import { errors } from "#contracts/nova/errors.ts";
import { keypair } from "#contracts/nova/keypair.ts";
import { isoMicrosNoZone } from "#platform/clock/clock.ts";
import { isUniqueViolation } from "#platform/db/database.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import type { Keypair } from "../store/keypairs.ts";
import type { ApiDeps } from "./deps.ts";
import { makeKey, readPublicKey } from "./keys.ts";
import { afterMarker, limitOf, nextLink } from "./paging.ts";

export function keypairHandlers(deps: ApiDeps): Implementation {
  return implement(keypair, {
    async list(call) {
      const all = await deps.store.keypairs.list(ownerOf(call, call.query.user_id));
      const rest = afterMarker(all, call.query.marker, (one) => one.name);
      if (!rest) throw errors.badMarker({ marker: call.query.marker });
      const limit = limitOf(call.query.limit);
      const page = rest.slice(0, limit);
      const links = nextLink(call, page, limit, page.at(-1)?.name);
      return { keypairs: page.map((one) => ({ keypair: brief(one) })), ...(links ? { keypairs_links: links } : {}) };
    },
    async show(call) {
      const found = await find(deps, call, call.query.user_id);
      const { user_id, created_at, id } = found;
      const times = { created_at: isoMicrosNoZone(created_at), updated_at: null, deleted_at: null, deleted: false };
      return { keypair: { ...brief(found), user_id, id: Number.parseInt(id.slice(0, 7), 16), ...times } };
    },
    async create(call) {
      const asked = call.body.keypair as { name: string; type?: string; public_key?: string; user_id?: string }; // as it is on the wire
      return { keypair: await create(deps, call, asked) };
    },
    async delete(call) {
      const found = await find(deps, call, call.query.user_id);
      await deps.store.keypairs.delete(found.user_id, found.name);
      return undefined;
    },
  });
}

/** Administrators may act for another user. */
function ownerOf(call: Call, asked: string | undefined): string {
  const user_id = asked ?? call.identity.user_id;
  call.enforce({ user_id });
  return user_id;
}

async function find(deps: ApiDeps, call: Call, asked: string | undefined): Promise<Keypair> {
  const user_id = ownerOf(call, asked);
  const name = call.params["name"] ?? "";
  const found = await deps.store.keypairs.find(user_id, name);
  if (!found) throw errors.keypairNotFound({ name, user_id });
  return found;
}

function brief({ name, public_key, fingerprint, type }: Keypair) {
  return { name, public_key, fingerprint, type };
}

interface Asked {
  name: string;
  type?: string;
  public_key?: string;
  user_id?: string;
}

async function create(deps: ApiDeps, call: Call, asked: Asked) {
  const user_id = ownerOf(call, asked.user_id);
  if (asked.type === "x509") throw errors.notBuilt({ what: "key pairs of the type x509" });
  const { key_pairs } = await deps.store.quotas.of(call.identity.project_id ?? "");
  if (key_pairs >= 0 && (await deps.store.keypairs.count(user_id)) >= key_pairs) throw errors.tooManyKeypairs();
  const made = asked.public_key === undefined ? await makeKey("Generated-by-Nova") : undefined;
  const { public_key, fingerprint } = made ?? readPublicKey(asked.public_key ?? "");
  const row = { id: deps.ids.uuid(), user_id, name: asked.name, type: "ssh", public_key, fingerprint };
  const stored = await deps.store.keypairs.insert(row).catch((error: unknown) => {
    throw isUniqueViolation(error) ? errors.keypairExists({ name: asked.name }) : error;
  });
  return { ...brief(stored), user_id, ...(made ? { private_key: made.private_key } : {}) };
}
