/** A volume attached to, or detached from, a guest that may be running. */
import type { OperationParams } from "#contracts/nova/operations.ts";
import type { BlockDeviceOrder, Order } from "#contracts/nova/order.ts";
import type { Step } from "#platform/operations/operation.ts";
import { HopelessError } from "../failures.ts";
import type { Tools, VolumesOutput } from "./tools.ts";

/** The row that the API wrote; without it there is nothing to attach. */
function deviceOf(order: Order): BlockDeviceOrder | undefined {
  const { block_device_id } = order.params as unknown as OperationParams["server.attach_volume"]; // by the table
  return order.server.block_devices.find((device) => device.id === block_device_id);
}

export function attachVolumeSteps(order: Order, { hypervisor, volumes }: Tools): Step[] {
  const { server } = order;
  const device = deviceOf(order);
  return [
    {
      name: "connect",
      async run({ signal }): Promise<VolumesOutput> {
        if (!device) throw new HopelessError("The volume is not to be attached any more.");
        return { volumes: [await volumes.connect(server, device, signal)] };
      },
      async undo() {
        if (device) await volumes.release(server, device, false);
      },
    },
    {
      name: "plug",
      async run(context) {
        for (const one of context.output<VolumesOutput>("connect").volumes)
          await hypervisor.attachDisk(server.id, one.disk);
      },
      async undo() {
        if (device?.volume_id) await hypervisor.detachDisk(server.id, device.volume_id);
      },
    },
    {
      name: "complete",
      async run(context) {
        for (const one of context.output<VolumesOutput>("connect").volumes)
          await volumes.complete(server, one.attachment_id);
      },
    },
  ];
}

export function detachVolumeSteps(order: Order, { hypervisor, volumes }: Tools): Step[] {
  const { server } = order;
  const device = deviceOf(order);
  return [
    {
      name: "unplug",
      async run() {
        if (device?.volume_id) await hypervisor.detachDisk(server.id, device.volume_id);
      },
    },
    {
      name: "disconnect",
      async run() {
        if (device) await volumes.release(server, device, device.delete_on_termination);
      },
    },
  ];
}
