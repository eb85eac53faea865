/** Which steps each kind of operation has on a host. */
import type { Work } from "../worker.ts";
import { createSteps } from "./create.ts";
import { deleteSteps } from "./delete.ts";
import { attachInterfaceSteps, detachInterfaceSteps } from "./interfaces.ts";
import { rebootSteps, startSteps, stopSteps } from "./power.ts";
import type { Tools } from "./tools.ts";
import { attachVolumeSteps, detachVolumeSteps } from "./volumes.ts";

export function workOf(tools: Tools): Work {
  return {
    "server.create": (order) => createSteps(order, tools),
    "server.delete": (order) => deleteSteps(order, tools),
    "server.start": (order) => startSteps(order, tools),
    "server.stop": (order) => stopSteps(order, tools),
    "server.reboot": (order) => rebootSteps(order, tools),
    "server.attach_volume": (order) => attachVolumeSteps(order, tools),
    "server.detach_volume": (order) => detachVolumeSteps(order, tools),
    "server.attach_interface": (order) => attachInterfaceSteps(order, tools),
    "server.detach_interface": (order) => detachInterfaceSteps(order, tools),
  };
}
