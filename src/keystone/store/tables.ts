/** The rows of Keystone's database. Times are milliseconds since the epoch; `extra`, `options` and `tags` are JSON. */
import type { Kysely, Transaction } from "kysely";

/** Projects and domains: a domain is a project that acts as one, as in Keystone, with `domain_id` {@link rootDomain}. */
export interface ProjectRow {
  id: string;
  name: string;
  domain_id: string;
  parent_id: string | null;
  is_domain: number;
  enabled: number;
  description: string;
  tags: string;
  options: string;
  extra: string;
  /** Tokens carry it; raising it ends all tokens scoped to this project. */
  generation: number;
}

export interface UserRow {
  id: string;
  domain_id: string;
  name: string;
  enabled: number;
  default_project_id: string | null;
  password_hash: string | null;
  password_changed_at: number | null;
  options: string;
  extra: string;
  /** Tokens carry it; raising it ends all tokens of this user. */
  generation: number;
}

export interface GroupRow {
  id: string;
  domain_id: string;
  name: string;
  description: string;
  extra: string;
}

export interface MembershipRow {
  group_id: string;
  user_id: string;
}

export interface RoleRow {
  id: string;
  name: string;
  /** {@link rootDomain} for roles of the whole cloud. */
  domain_id: string;
  description: string | null;
  options: string;
  extra: string;
}

export interface ImpliedRoleRow {
  prior_role_id: string;
  implied_role_id: string;
}

export type ActorType = "user" | "group";
export type TargetType = "project" | "domain" | "system";

export interface AssignmentRow {
  actor_type: ActorType;
  actor_id: string;
  target_type: TargetType;
  /** `system` for assignments on the system. */
  target_id: string;
  role_id: string;
  /** 1: holds on the projects below the target instead of on the target. */
  inherited: number;
}

export interface RegionRow {
  id: string;
  description: string;
  parent_region_id: string | null;
  extra: string;
}

export interface ServiceRow {
  id: string;
  type: string;
  name: string | null;
  enabled: number;
  description: string | null;
  extra: string;
}

export interface EndpointRow {
  id: string;
  service_id: string;
  interface: string;
  region_id: string | null;
  url: string;
  enabled: number;
  extra: string;
}

export interface ApplicationCredentialRow {
  id: string;
  user_id: string;
  project_id: string;
  name: string;
  description: string | null;
  secret_hash: string;
  /** UTC as Keystone writes it, without a zone. */
  expires_at: string | null;
  /** 1: may make further credentials. */
  unrestricted: number;
  /** JSON. */
  role_ids: string;
}

export interface CredentialRow {
  id: string;
  user_id: string;
  project_id: string | null;
  type: string;
  /** Encrypted. */
  blob: string;
}

export interface RegisteredLimitRow {
  id: string;
  service_id: string;
  /** Empty for limits of all regions: never null, so that unique constraints hold. */
  region_id: string;
  resource_name: string;
  default_limit: number;
  description: string | null;
}

export interface LimitRow {
  id: string;
  service_id: string;
  region_id: string;
  resource_name: string;
  resource_limit: number;
  /** The project, or the domain when `on_domain` is 1. */
  holder_id: string;
  on_domain: number;
  description: string | null;
}

export interface RevokedTokenRow {
  audit_id: string;
  /** The row may go when the token would have ended anyway. */
  expires_at: number;
}

/** `name` → a number raised by each change, so that a copy in memory knows that it is old. */
export interface CounterRow {
  name: string;
  value: number;
}

export interface Tables {
  projects: ProjectRow;
  users: UserRow;
  groups: GroupRow;
  memberships: MembershipRow;
  roles: RoleRow;
  implied_roles: ImpliedRoleRow;
  assignments: AssignmentRow;
  regions: RegionRow;
  services: ServiceRow;
  endpoints: EndpointRow;
  application_credentials: ApplicationCredentialRow;
  credentials: CredentialRow;
  registered_limits: RegisteredLimitRow;
  limits: LimitRow;
  revoked_tokens: RevokedTokenRow;
  counters: CounterRow;
}

export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;
/** Where a query may run: the database, or a transaction on it. */
export type Conn = Db | Trx;

/** `domain_id` of domains and of roles that belong to no domain: never null, so that unique constraints hold. */
export const rootDomain = "";
