/**
 * Every service asks Keystone about every token: `GET /v3/auth/tokens` with the service's own token beside the user's.
 * Nothing is cached, so a revocation is seen at once.
 */
import type { Upstream } from "../http/client.ts";
import type { Identity, TokenVerifier } from "./identity.ts";
import type { ServiceUser } from "./service-user.ts";

/** The part of a token's body that services read. */
interface TokenBody {
  user: { id: string; name: string; domain: { id: string } };
  project?: { id: string; name: string; domain: { id: string } };
  domain?: { id: string };
  system?: { all: boolean };
  roles?: { id: string; name: string }[];
  audit_ids: string[];
  expires_at: string;
}

export function keystoneVerifier(upstream: Upstream, serviceUser: ServiceUser): TokenVerifier {
  const ask = async (token: string): Promise<Response> =>
    upstream.fetch("identity", "/v3/auth/tokens?nocatalog", {
      headers: { "x-auth-token": await serviceUser.token(), "x-subject-token": token },
    });
  return async (token) => {
    let response = await ask(token);
    if (response.status === 401) {
      serviceUser.forget();
      response = await ask(token);
    }
    if (response.status === 404 || response.status === 401) return undefined;
    if (response.status !== 200) throw new Error(`Keystone answered ${response.status} to a token check`);
    const { token: body } = (await response.json()) as { token: TokenBody };
    return identityOf(token, body);
  };
}

/** Keystone's description of a token, as an identity. */
export function identityOf(token: string, body: TokenBody): Identity {
  return {
    token,
    user_id: body.user.id,
    user_name: body.user.name,
    user_domain_id: body.user.domain.id,
    project_id: body.project?.id ?? null,
    project_name: body.project?.name ?? null,
    project_domain_id: body.project?.domain.id ?? null,
    domain_id: body.domain?.id ?? null,
    system: body.system?.all === true,
    roles: (body.roles ?? []).map((role) => role.name),
    audit_ids: body.audit_ids,
    expires_at: body.expires_at,
  };
}
