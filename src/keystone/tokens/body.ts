/** A token's description as Keystone writes it (pure). */
import type { Static } from "typebox";
import type { CatalogEntry, Token } from "#contracts/keystone/token.ts";
import { isoMicros } from "#platform/clock/clock.ts";
import type { Reference } from "../store/reference-data.ts";
import type { Resolved } from "./resolve.ts";

export function tokenBody(resolved: Resolved, options: { catalog: boolean }): Static<typeof Token> {
  const { payload, user, scope } = resolved;
  const body: Static<typeof Token> = {
    methods: payload.methods,
    user: {
      domain: { id: user.domain_id, name: user.domain_name },
      id: user.id,
      name: user.name,
      password_expires_at: null,
    },
    audit_ids: payload.audit_ids,
    expires_at: isoMicros(payload.expires_at),
    issued_at: isoMicros(payload.issued_at),
  };
  if (resolved.credential) {
    const { id, name, unrestricted } = resolved.credential;
    body.application_credential = { id, name, restricted: !unrestricted };
  }
  if (scope.kind === "unscoped") return body;
  if (scope.kind === "project") {
    const { id, name, domain_id, domain_name } = scope.project;
    body.project = { domain: { id: domain_id, name: domain_name }, id, name };
    body.is_domain = false;
  }
  if (scope.kind === "domain") body.domain = { id: scope.domain.id, name: scope.domain.name };
  if (scope.kind === "system") body.system = { all: true };
  body.roles = resolved.roles;
  if (options.catalog) body.catalog = catalogOf(resolved);
  return body;
}

/** The catalogue with its URLs filled in; an endpoint that needs a project is left out of tokens without one. */
export function catalogOf(resolved: Pick<Resolved, "reference" | "scope" | "user">): Static<typeof CatalogEntry>[] {
  const { scope, user } = resolved;
  const project_id = scope.kind === "project" ? scope.project.id : undefined;
  return resolved.reference.catalog.map(({ service, endpoints }) => ({
    endpoints: endpoints.flatMap((endpoint) => endpointOf(endpoint, { project_id, user_id: user.id })),
    id: service.id,
    type: service.type,
    name: service.name ?? "",
  }));
}

interface Known {
  project_id: string | undefined;
  user_id: string;
}

type Endpoint = Reference["catalog"][number]["endpoints"][number];

function endpointOf(endpoint: Endpoint, known: Known): Static<typeof CatalogEntry>["endpoints"] {
  let missing = false;
  const url = endpoint.url.replaceAll(/[$%]\((\w+)\)s/g, (_whole, name: string) => {
    const value =
      name === "user_id" ? known.user_id : /^(project|tenant)_id$/.test(name) ? known.project_id : undefined;
    if (value === undefined) missing = true;
    return value ?? "";
  });
  if (missing) return [];
  const { id, interface: kind, region_id } = endpoint;
  return [{ id, interface: kind, region_id, url, region: region_id }];
}
