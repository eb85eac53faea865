/** Which action is possible in which state: the contract's table, which the API refuses by as well (409). */
import { serverActions } from "#contracts/nova/server-states.ts";
import type { ServerAction } from "../api/acts.ts";
import type { Server } from "../api/types.ts";

type Facts = Pick<Server, "OS-EXT-STS:vm_state" | "OS-EXT-STS:task_state" | "OS-SRV-USG:launched_at">;

const includes = (allowed: readonly string[] | "any", value: string) => allowed === "any" || allowed.includes(value);

export function canDo(server: Facts, action: ServerAction | "delete"): boolean {
  const { vm_states, tasks, launched } = serverActions[action];
  const task = server["OS-EXT-STS:task_state"];
  if (launched && server["OS-SRV-USG:launched_at"] === null) return false;
  return includes(vm_states, server["OS-EXT-STS:vm_state"]) && (task === null || includes(tasks, task));
}
