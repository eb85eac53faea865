/** ssh into a guest of a real cloud, from the cloud's host, with the key of the test. */
import { join } from "node:path";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec } from "#platform/exec/exec.ts";
import type { RealCloud } from "./real-cloud.ts";

export interface GuestShell {
  /** File of the public key. */
  readonly public_key: string;
  /** One command as root in the guest at `address`; what it printed. */
  run(address: string, command: string): Promise<string>;
  /** Asks again until the command succeeds: a guest without hardware help takes its time to boot. */
  eventually(address: string, command: string, limit_ms?: number): Promise<string>;
  /** Another one after each boot; waits for the guest. */
  bootId(address: string): Promise<string>;
}

export async function guestShell(cloud: RealCloud): Promise<GuestShell> {
  const key = join(cloud.state_dir, "test-key");
  await exec(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  const known = join(cloud.state_dir, "known-hosts");
  const trust = ["-o", "StrictHostKeyChecking=accept-new", "-o", `UserKnownHostsFile=${known}`];
  const quick = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR", "-i", key];
  const run: GuestShell["run"] = async (address, command) =>
    (await cloud.run(["ssh", "-F", "none", ...trust, ...quick, `root@${address}`, command])).stdout.trim();
  const eventually: GuestShell["eventually"] = (address, command, limit_ms = 120_000) =>
    until(systemClock(), () => run(address, command), {
      limit_ms,
      period_ms: 500,
      what: `"${command}" to succeed in the guest at ${address}`,
    });
  return {
    public_key: `${key}.pub`,
    run,
    eventually,
    bootId: (address) => eventually(address, "cat /proc/sys/kernel/random/boot_id"),
  };
}
