/**
 * NICs of real guests. Needs root: the work is done by hypervisor-nics-inside.ts in a network and mount namespace of its
 * own, so that its tap devices and its own /dev/net/tun touch nothing of the host and vanish with it.
 */
import { join } from "node:path";
import { it } from "node:test";
import { exec } from "#platform/exec/exec.ts";

const inside = join(import.meta.dirname, "hypervisor-nics-inside.ts");

for (const part of ["cold start", "hot-plug", "closed device", "opened device", "foreign tap"]) {
  it(`NICs of the QEMU driver: ${part}`, async () => {
    const namespaces = ["unshare", "--net", "--mount", "--propagation", "private"] as const;
    await exec([...namespaces, process.execPath, inside, part]);
  });
}
