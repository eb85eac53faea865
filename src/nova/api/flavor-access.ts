/** Who may use a private flavor: administrators, and the projects that were let in. */
import type { Call } from "#platform/http/call.ts";
import type { Flavor } from "../store/flavors.ts";
import type { ApiDeps } from "./deps.ts";
import { isAdmin } from "./server/find.ts";

export async function mayUseFlavor(deps: Pick<ApiDeps, "store">, call: Call, flavor: Flavor): Promise<boolean> {
  if (flavor.is_public || isAdmin(call)) return true;
  const { project_id } = call.identity;
  return project_id !== null && (await deps.store.flavors.listAccess(flavor.id)).includes(project_id);
}
