/** Who a request comes from, as Keystone said when it was asked about the token. */
import type { Credentials } from "../policy/parse.ts";

export interface Identity {
  /** The token itself, to act on behalf of the caller; never logged, never stored. */
  token: string;
  user_id: string;
  user_name: string;
  user_domain_id: string;
  project_id: string | null;
  project_name: string | null;
  project_domain_id: string | null;
  /** Set for domain-scoped tokens. */
  domain_id: string | null;
  /** True for system-scoped tokens. */
  system: boolean;
  roles: readonly string[];
  /** The token's own audit id first, then its parent's. */
  audit_ids: readonly string[];
  /** ISO 8601. */
  expires_at: string;
}

/** Asks Keystone about a token: its identity, or undefined when the token is not good (any more). */
export type TokenVerifier = (token: string) => Promise<Identity | undefined>;

/** The identity under the names that policy rules use. */
export function credentialsOf(identity: Identity): Credentials {
  return {
    user_id: identity.user_id,
    project_id: identity.project_id,
    tenant_id: identity.project_id,
    domain_id: identity.domain_id,
    user_domain_id: identity.user_domain_id,
    project_domain_id: identity.project_domain_id,
    system_scope: identity.system ? "all" : null,
    roles: identity.roles,
  };
}
