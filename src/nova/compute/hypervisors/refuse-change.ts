/** Which changes of a definition `define` accepts. Pure; the same for every driver. */
import { HypervisorError } from "./hypervisor-error.ts";
import type { GuestDefinition } from "./hypervisor.ts";

/** Throws unless a guest defined as `was` may become `wanted`; both differ. */
export function refuseChange(was: GuestDefinition, wanted: GuestDefinition, running: boolean): void {
  const { uuid } = was;
  if (running) throw new HypervisorError("guest_running", `guest ${uuid} runs; its definition cannot change`);
  if (!sameRoot(was.root, wanted.root))
    throw new HypervisorError("guest_exists", `guest ${uuid} has another root disk; destroy it first`);
}

function sameRoot(a: GuestDefinition["root"], b: GuestDefinition["root"]): boolean {
  if (a.kind === "image") return b.kind === "image" && a.base_path === b.base_path && a.base_format === b.base_format;
  return b.kind === "volume" && a.disk.volume_id === b.disk.volume_id;
}
