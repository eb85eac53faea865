/** What this host has, for the resource tracker. */
import { statfs } from "node:fs/promises";
import { arch, cpus, freemem, totalmem } from "node:os";
import type { HostResources } from "../hypervisor.ts";

const mib = 1024 ** 2;
const gib = 1024 ** 3;

export async function hostResources(
  instances_dir: string,
): Promise<Omit<HostResources, "hypervisor_type" | "hypervisor_version" | "supported_instances">> {
  const { blocks, bavail, bsize } = await statfs(instances_dir);
  const processors = cpus();
  return {
    vcpus: processors.length,
    memory_mb: Math.floor(totalmem() / mib),
    memory_free_mb: Math.floor(freemem() / mib),
    disk_gb: Math.floor((blocks * bsize) / gib),
    disk_free_gb: Math.floor((bavail * bsize) / gib),
    cpu_info: {
      arch: arch() === "x64" ? "x86_64" : arch(),
      model: processors[0]?.model ?? "unknown",
      vendor: processors[0]?.model.split(" ")[0]?.replace("(R)", "") ?? "unknown",
      topology: { sockets: 1, cores: processors.length, threads: 1 },
    },
  };
}
