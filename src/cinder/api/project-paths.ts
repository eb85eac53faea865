/**
 * Every path is there twice: with the project in it, as all clients wrote it before 3.67, and without. A project other
 * than the token's is refused; only services act for others.
 */
import { errors } from "#contracts/cinder/errors.ts";
import { ApiError } from "#contracts/kit/errors.ts";
import { notImplemented, type Call, type Handler, type Implementation } from "#platform/http/call.ts";
import type { AnyOperation } from "#contracts/kit/resource.ts";

export const anyProjectRule = "volume:any_project_in_url";

export function withProjectPaths(implementation: Implementation): Implementation[] {
  const routes: Implementation["routes"] = implementation.routes
    .filter(({ operation }) => operation.path.startsWith("/v3/"))
    .map(({ name, operation, handler }) => ({
      name,
      operation: { ...operation, path: operation.path.replace(/^\/v3\//, "/v3/{project_id}/") },
      handler: handler === notImplemented ? notImplemented : checked(handler),
    }));
  return [implementation, { resource: { ...implementation.resource, operations: {} }, routes }];
}

function checked(handler: Handler<AnyOperation>): Handler<AnyOperation> {
  return (call) => {
    requireProject(call);
    return handler(call);
  };
}

function requireProject(call: Call): void {
  const wanted = call.params["project_id"] ?? "";
  if (wanted === call.identity.project_id) return;
  if (!/^[0-9a-f-]+$/.test(wanted))
    throw new ApiError("not_found", { status: 404, message: "The resource could not be found." });
  if (!call.allows(anyProjectRule, { project_id: wanted })) throw errors.wrongProject();
}
