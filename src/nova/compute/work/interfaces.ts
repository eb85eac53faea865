/** A network interface attached to, or detached from, a guest that may be running. */
import type { OperationParams } from "#contracts/nova/operations.ts";
import type { Order, RequestedNetwork } from "#contracts/nova/order.ts";
import type { Step } from "#platform/operations/operation.ts";
import { HopelessError } from "../failures.ts";
import { nicOf, type InterfacesOutput, type Tools } from "./tools.ts";

export function attachInterfaceSteps(order: Order, { hypervisor, network }: Tools): Step[] {
  const { server } = order;
  const wanted: RequestedNetwork = order.params as unknown as OperationParams["server.attach_interface"]; // by the table
  const known = new Set(server.interfaces.map((one) => one.port_id));
  const added = async (): Promise<InterfacesOutput["interfaces"]> =>
    (await network.read(server)).filter((one) => !known.has(one.port_id));
  return [
    {
      name: "port",
      async run({ signal }): Promise<InterfacesOutput> {
        // Ports that the server has already are not free to be taken for the new one.
        const [earlier] = await added();
        const request = earlier ? { ...wanted, port_id: earlier.port_id } : wanted;
        const [made] = await network.ensure({ ...server, requested_networks: [] }, [request], signal, known);
        if (!made) throw new HopelessError("No port could be made.");
        return { interfaces: [{ ...made, created_by_nova: wanted.port_id === null, tag: wanted.tag }] };
      },
      async undo() {
        for (const one of await added()) await network.releaseOne({ ...one, created_by_nova: wanted.port_id === null });
      },
    },
    {
      name: "plug",
      async run(context) {
        const output = context.output<InterfacesOutput>("port");
        for (const one of output.interfaces) await hypervisor.attachNic(server.id, nicOf(one));
        return output;
      },
      async undo(context) {
        for (const one of context.find<InterfacesOutput>("port")?.interfaces ?? [])
          await hypervisor.detachNic(server.id, one.port_id);
      },
    },
  ];
}

export function detachInterfaceSteps(order: Order, { hypervisor, network }: Tools): Step[] {
  const { server } = order;
  const { port_id } = order.params as unknown as OperationParams["server.detach_interface"]; // by the table
  const known = server.interfaces.find((one) => one.port_id === port_id);
  return [
    { name: "unplug", run: () => hypervisor.detachNic(server.id, port_id) },
    { name: "port", run: () => network.releaseOne({ port_id, created_by_nova: known?.created_by_nova ?? false }) },
  ];
}
