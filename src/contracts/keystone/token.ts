/** Tokens, and what the holder of one may ask about it. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { policy } from "./rules.ts";

const Ref = Type.Object({ id: Type.String(), name: Type.String() });
const DomainRef = Ref;
const Named = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
const InDomain = Type.Object({
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  domain: Type.Optional(Named),
});

export const CatalogEntry = Type.Object({
  id: Type.String(),
  type: Type.String(),
  name: Type.String(),
  endpoints: Type.Array(
    Type.Object({
      id: Type.String(),
      interface: Type.String(),
      region: Type.Union([Type.String(), Type.Null()]),
      region_id: Type.Union([Type.String(), Type.Null()]),
      url: Type.String(),
    }),
  ),
});

export const Token = Type.Object({
  methods: Type.Array(Type.String()),
  user: Type.Object({
    id: Type.String(),
    name: Type.String(),
    domain: DomainRef,
    password_expires_at: Type.Union([Type.String(), Type.Null()]),
  }),
  audit_ids: Type.Array(Type.String()),
  expires_at: Type.String(),
  issued_at: Type.String(),
  project: Type.Optional(Type.Object({ id: Type.String(), name: Type.String(), domain: DomainRef })),
  domain: Type.Optional(DomainRef),
  system: Type.Optional(Type.Object({ all: Type.Boolean() })),
  is_domain: Type.Optional(Type.Boolean()),
  roles: Type.Optional(Type.Array(Ref)),
  catalog: Type.Optional(Type.Array(CatalogEntry)),
  application_credential: Type.Optional(
    Type.Object({ id: Type.String(), name: Type.String(), restricted: Type.Boolean() }),
  ),
});

const Scope = Type.Union([
  Type.Literal("unscoped"),
  Type.Object({
    project: Type.Optional(InDomain),
    domain: Type.Optional(Named),
    system: Type.Optional(Type.Object({ all: Type.Optional(Type.Boolean()) })),
    unscoped: Type.Optional(Type.Object({})),
    "OS-TRUST:trust": Type.Optional(Type.Object({})),
  }),
]);

export const AuthRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1 }),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            id: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
            password: Type.Optional(Type.String()),
            domain: Type.Optional(Named),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
      application_credential: Type.Optional(
        Type.Object({
          id: Type.Optional(Type.String()),
          name: Type.Optional(Type.String()),
          secret: Type.String({ maxLength: 4096 }),
          user: Type.Optional(InDomain),
        }),
      ),
    }),
    scope: Type.Optional(Scope),
  }),
});

const AuthQuery = Type.Object({ nocatalog: Type.Optional(Type.String()), allow_expired: Type.Optional(Type.String()) });
const Body = Type.Object({ token: Token });
const Links = Type.Object({ self: Type.String(), previous: Type.Null(), next: Type.Null() });

export const token = defineResource({
  name: "token",
  operations: {
    issue: operation({
      method: "POST",
      path: "/v3/auth/tokens",
      status: 201,
      policy: "public",
      query: AuthQuery,
      request: AuthRequest,
      response: Body,
      flowStep: 1,
    }),
    validate: operation({
      method: "GET",
      path: "/v3/auth/tokens",
      status: 200,
      policy: policy("validate_token", "token"),
      query: AuthQuery,
      response: Body,
    }),
    revoke: operation({
      method: "DELETE",
      path: "/v3/auth/tokens",
      status: 204,
      policy: policy("revoke_token", "adminOrSelf"),
    }),
    catalog: operation({
      method: "GET",
      path: "/v3/auth/catalog",
      status: 200,
      policy: policy("get_auth_catalog", "any"),
      response: Type.Object({ catalog: Type.Array(CatalogEntry), links: Type.Object({ self: Type.String() }) }),
    }),
    projects: operation({
      method: "GET",
      path: "/v3/auth/projects",
      status: 200,
      policy: policy("get_auth_projects", "any"),
      response: Type.Object({ projects: Type.Array(Type.Unknown()), links: Links }),
    }),
    domains: operation({
      method: "GET",
      path: "/v3/auth/domains",
      status: 200,
      policy: policy("get_auth_domains", "any"),
      response: Type.Object({ domains: Type.Array(Type.Unknown()), links: Links }),
    }),
    system: operation({
      method: "GET",
      path: "/v3/auth/system",
      status: 200,
      policy: policy("get_auth_system", "any"),
      response: Type.Object({ system: Type.Array(Type.Object({ all: Type.Boolean() })), links: Links }),
    }),
  },
});
