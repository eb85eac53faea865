/** Which action is possible in which state; the service has the last word (409). */
import type { ServerAction } from "../api/acts.ts";
import type { Server } from "../api/types.ts";

const possible: Record<ServerAction, readonly string[]> = {
  start: ["SHUTOFF"],
  stop: ["ACTIVE", "ERROR"],
  reboot_soft: ["ACTIVE"],
  reboot_hard: ["ACTIVE", "SHUTOFF", "ERROR", "PAUSED", "SUSPENDED"],
};

/** Nothing else may be going on with the server. */
export function canDo(server: Server, action: ServerAction): boolean {
  return server["OS-EXT-STS:task_state"] === null && possible[action].includes(server.status);
}

export function canDelete(server: Server): boolean {
  return server["OS-EXT-STS:task_state"] !== "deleting";
}
