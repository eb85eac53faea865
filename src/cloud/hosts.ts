/** The agents of a host: network, volumes, compute. They get no database (law 1), and a user of their own. */
import { hostname } from "node:os";
import { startCinderVolume } from "#cinder/volume/start.ts";
import { configDriveContent } from "#nova/metadata/config-drive-content.ts";
import { startNeutronAgent } from "#neutron/agent/start.ts";
import { startNovaCompute } from "#nova/compute/start.ts";
import type { RunningRole } from "#platform/role/role.ts";
import { hypervisorFor, volumeBackendOf, wiringOf, type DriverOptions } from "./drivers.ts";
import type { PartsFactory } from "./parts.ts";

/** The names of the hosts: this machine's own, or as many simulated ones as asked for. */
export function hostNames(simulated_hosts: number | undefined): string[] {
  if (simulated_hosts === undefined) return [hostname()];
  return Array.from({ length: simulated_hosts }, (_one, at) => `sim${at + 1}`);
}

/** The first host also has the volumes, the routers and the DHCP servers. */
export async function startHost(
  factory: PartsFactory,
  host: string,
  first: boolean,
  options: DriverOptions,
): Promise<RunningRole[]> {
  const roles: RunningRole[] = [];
  const network = factory.of("neutron-agent", "neutron", "agent", host);
  roles.push(await startNeutronAgent(network, { host, wiring: wiringOf(network, options) }));
  if (first) {
    const volume = factory.of("cinder-volume", "cinder", "agent", host);
    roles.push(await startCinderVolume(volume, { host, backend: await volumeBackendOf(volume, host) }));
  }
  if (!options.config.compute.enabled) return roles;
  const compute = factory.of("nova-compute", "nova-compute", "agent", host);
  const { accel, tb_size_mb } = options.config.compute;
  const { cloud_id, dir: state_dir } = options.state;
  const hypervisor = hypervisorFor(compute, { accel, tb_size_mb, cloud_id, state_dir, host, signal: options.signal });
  roles.push(await startNovaCompute(compute, { host, host_ip: "127.0.0.1", hypervisor, configDriveContent }));
  return roles;
}
