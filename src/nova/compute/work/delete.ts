/** Taking a server away from its host. There is no way back, so nothing is undone: each step repeats until it is done. */
import type { Order } from "#contracts/nova/order.ts";
import type { Step } from "#platform/operations/operation.ts";
import { broughtPorts } from "../server-network.ts";
import { volumeDevices, type Tools } from "./tools.ts";

export function deleteSteps(order: Order, { hypervisor, network, volumes, configDrives }: Tools): Step[] {
  const { server } = order;
  return [
    {
      name: "destroy",
      async run() {
        await hypervisor.destroy(server.id);
        await configDrives.remove(server.id);
      },
    },
    {
      name: "unplug",
      run: () => network.release(server, broughtPorts(order)),
    },
    {
      name: "release_volumes",
      async run() {
        for (const device of volumeDevices(order)) await volumes.release(server, device, device.delete_on_termination);
      },
    },
  ];
}
