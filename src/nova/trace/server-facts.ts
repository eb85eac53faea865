/** What the trace needs to know of a server, asked of Nova with the caller's own token: so nobody sees more than Nova shows. */
import { Type } from "typebox";
import { defineErrors } from "#contracts/kit/errors.ts";
import { operation } from "#contracts/kit/resource.ts";
import { makeClient, UpstreamError, type Upstream } from "#platform/http/client.ts";

const show = operation({
  method: "GET",
  path: "/v2.1/servers/{server_id}",
  policy: { name: "os_compute_api:servers:show", rule: "@" },
  status: 200,
  response: Type.Object({
    server: Type.Object({
      status: Type.String(),
      "os-extended-volumes:volumes_attached": Type.Optional(Type.Array(Type.Unknown())),
      image: Type.Unknown(),
    }),
  }),
});

const errors = defineErrors({ notFound: { status: 404, message: "Instance {server_id} could not be found." } });
export const notFoundInNova = errors.notFound;

/** Undefined when the caller does not see such a server. */
export async function serverFacts(
  upstream: Upstream,
  token: string,
  server_id: string,
): Promise<{ building: boolean; has_volumes: boolean } | undefined> {
  try {
    const { server } = await makeClient(upstream, "compute").call(show, { params: { server_id }, token });
    return {
      building: server.status === "BUILD",
      has_volumes: (server["os-extended-volumes:volumes_attached"] ?? []).length > 0 || server.image === "",
    };
  } catch (error) {
    if (error instanceof UpstreamError && error.status === 404) return undefined;
    throw error;
  }
}
