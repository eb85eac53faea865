/** Keystone: who is who, who may what, and where the services are. */
import { join } from "node:path";
import { defaultRules, type ResourceSpec } from "#contracts/kit/resource.ts";
import { baseRules } from "#contracts/keystone/rules.ts";
import type { TokenVerifier } from "#platform/auth/identity.ts";
import { notBuilt } from "#contracts/keystone/not-built.ts";
import { implement, notImplemented, type Implementation } from "#platform/http/call.ts";
import { makeService } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { applicationCredentialHandlers } from "./api/application-credentials.ts";
import { credentialHandlers, ec2CredentialHandlers } from "./api/credentials.ts";
import type { KeystoneDeps } from "./api/deps.ts";
import { domainHandlers } from "./api/domains.ts";
import { endpointHandlers } from "./api/endpoints.ts";
import { grantHandlers } from "./api/grants.ts";
import { groupHandlers } from "./api/groups.ts";
import { impliedRoleHandlers } from "./api/implied-roles.ts";
import { limitHandlers } from "./api/limits.ts";
import { projectTagHandlers } from "./api/project-tags.ts";
import { projectHandlers } from "./api/projects.ts";
import { regionHandlers } from "./api/regions.ts";
import { registeredLimitHandlers } from "./api/registered-limits.ts";
import { roleAssignmentHandlers } from "./api/role-assignments.ts";
import { roleHandlers } from "./api/roles.ts";
import { serviceHandlers } from "./api/services.ts";
import { tokenHandlers } from "./api/tokens.ts";
import { userHandlers } from "./api/users.ts";
import { versionHandlers } from "./api/versions.ts";
import { bootstrap, type BootstrapSpec } from "./bootstrap.ts";
import { makeCheckedBefore } from "./passwords/checked-before.ts";
import { makePasswords } from "./passwords/passwords.ts";
import { migrations } from "./store/migrations.ts";
import { makeReferenceData } from "./store/reference-data.ts";
import type { Tables } from "./store/tables.ts";
import { makeVault } from "./store/vault.ts";
import { openKeyRepository, rotate } from "./tokens/key-repository.ts";
import { identityOf, makeTokenProvider } from "./tokens/provider.ts";

export interface KeystoneOptions {
  /** Brings the database up to this before the first request; left out when somebody else has done it. */
  bootstrap?: BootstrapSpec;
  /** Seconds that a token lives; an hour when left out. */
  token_lifetime_s?: number;
}

/** The folder of the token keys, below the role's own folder. */
export function keyFolder(state_dir: string): string {
  return join(state_dir, "fernet-keys");
}

/** Makes the staged key primary and stages a new one; running processes follow within a minute. */
export async function rotateTokenKeys(parts: Pick<Parts, "state_dir" | "ids">): Promise<void> {
  await rotate(keyFolder(parts.state_dir), parts.ids);
}

export interface RunningKeystone extends RunningRole {
  /** Id of a project of the domain `Default`, for the first contents of other services. */
  findProject(name: string): Promise<string | undefined>;
}

export async function startKeystone(parts: Parts, options: KeystoneOptions = {}): Promise<RunningKeystone> {
  const { clock, ids } = parts;
  const db = await parts.openDatabase<Tables>({ name: "keystone", migrations });
  const passwords = makePasswords(ids);
  const checkedBefore = makeCheckedBefore(parts.state_dir, ids);
  if (options.bootstrap) await bootstrap({ db, ids, clock, passwords, checkedBefore }, options.bootstrap);
  const keys = await openKeyRepository(keyFolder(parts.state_dir), ids);
  const reference = makeReferenceData(db);
  const lifetime_ms = (options.token_lifetime_s ?? 3600) * 1000;
  const tokens = makeTokenProvider({ db, reference, keys, clock, ids, lifetime_ms });
  const vault = makeVault(await openKeyRepository(join(parts.state_dir, "credential-keys"), ids), parts);
  const stopReading = clock.every(60_000, () => {
    keys.reload().catch((error: unknown) => parts.log.error({ err: error }, "the token keys cannot be read"));
  });
  return {
    mount: "/identity",
    fetch: makeApi(parts, { db, clock, ids, passwords, reference, tokens, vault }),
    async findProject(name) {
      const named = db.selectFrom("projects").select("id").where("name", "=", name).where("domain_id", "=", "default");
      return (await named.executeTakeFirst())?.id;
    },
    stop: async () => {
      stopReading();
      await db.destroy();
    },
  };
}

function makeApi(parts: Parts, deps: KeystoneDeps): NonNullable<RunningRole["fetch"]> {
  const verifier: TokenVerifier = async (text) => {
    const resolved = await deps.tokens.validate(text);
    return resolved && identityOf(text, resolved);
  };
  const all = implementations(deps);
  const resources: ResourceSpec[] = all.map(({ resource }) => resource);
  return makeService({
    ...parts.service,
    name: "keystone",
    prefix: "/identity",
    errorStyle: "keystone",
    implementations: all,
    verifier,
    policy: makePolicy({ ...baseRules, ...defaultRules(resources) }),
    forbidden: "You are not authorized to perform the requested action: {rule}.",
  });
}

function implementations(deps: KeystoneDeps): Implementation[] {
  const missing = Object.keys(notBuilt.operations).map((name) => [name, notImplemented] as const);
  return [
    versionHandlers(),
    tokenHandlers(deps),
    userHandlers(deps),
    applicationCredentialHandlers(deps),
    credentialHandlers(deps),
    ec2CredentialHandlers(deps),
    groupHandlers(deps),
    projectHandlers(deps),
    projectTagHandlers(deps),
    domainHandlers(deps),
    roleHandlers(deps),
    impliedRoleHandlers(deps),
    grantHandlers(deps),
    roleAssignmentHandlers(deps),
    serviceHandlers(deps),
    endpointHandlers(deps),
    regionHandlers(deps),
    registeredLimitHandlers(deps),
    limitHandlers(deps),
    implement(notBuilt, Object.fromEntries(missing)),
  ];
}
