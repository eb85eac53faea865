/** Start, stop and reboot of a guest that exists. */
import type { OperationParams } from "#contracts/nova/operations.ts";
import type { Order } from "#contracts/nova/order.ts";
import type { Step } from "#platform/operations/operation.ts";
import type { Tools } from "./tools.ts";

/** How long a guest may take to shut down by itself before it is switched off. Nova's default. */
const graceful_ms = 60_000;

/** Volumes may have lost their connection while the guest was off: connecting again is harmless. */
function connectStep({ server }: Order, { volumes }: Tools): Step {
  return {
    name: "connect",
    async run({ signal }) {
      for (const device of server.block_devices) {
        if (device.destination_type !== "volume" || !device.attachment_id) continue;
        await volumes.connect(server, device, signal);
        await volumes.complete(server, device.attachment_id);
      }
    },
  };
}

export function startSteps(order: Order, tools: Tools): Step[] {
  return [connectStep(order, tools), { name: "start", run: () => tools.hypervisor.start(order.server.id) }];
}

export function stopSteps({ server }: Order, { hypervisor }: Tools): Step[] {
  return [{ name: "stop", run: () => hypervisor.stop(server.id, { graceful_ms }) }];
}

export function rebootSteps(order: Order, tools: Tools): Step[] {
  const { type } = order.params as unknown as OperationParams["server.reboot"]; // the API writes them by this table
  const reboot: Step = { name: "reboot", run: () => tools.hypervisor.reboot(order.server.id, type, { graceful_ms }) };
  return [connectStep(order, tools), reboot];
}
