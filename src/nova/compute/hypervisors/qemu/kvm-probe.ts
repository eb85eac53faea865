/**
 * Whether guests of this host are to use KVM. That /dev/kvm opens proves little: under some nested hypervisors it runs
 * privileged code by emulation, and no ordinary guest ever boots. So the speed is measured (see kvm-rom.ts), once per
 * boot of the host.
 */
import { access, constants, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import type { Clock } from "#platform/clock/clock.ts";
import { exec, ExecError } from "#platform/exec/exec.ts";
import type { Ids } from "#platform/ids/ids.ts";
import { exitCodeOfSuccess, exitPort, kvmProbeRom } from "./kvm-rom.ts";

export interface KvmVerdict {
  accel: "kvm" | "tcg";
  /** For the log and `cumulet doctor`. */
  reason: string;
}

export interface KvmProbeOptions {
  clock: Clock;
  ids: Ids;
  qemu_program: string;
  /** The verdict is kept here and believed until the host boots anew or its kernel changes. */
  cache_path: string;
  /** A folder for files of the measurement. */
  scratch_dir: string;
}

/** Far more than a processor needs, far less than an emulation does. */
const limit_ms = 3000;

export async function probeKvm(options: KvmProbeOptions): Promise<KvmVerdict> {
  const key = await bootKey();
  const cached = await readCache(options.cache_path, key);
  if (cached) return cached;
  const reason = await reasonAgainst();
  const verdict: KvmVerdict = reason === undefined ? await judge(options) : { accel: "tcg", reason };
  await writeFile(options.cache_path, JSON.stringify({ key, ...verdict }), { mode: 0o600 });
  return verdict;
}

/** What rules KVM out without a measurement. */
async function reasonAgainst(): Promise<string | undefined> {
  const flags = await readFile("/proc/cpuinfo", "utf8");
  if (!/\b(vmx|svm)\b/.test(flags)) return "the processor shows no virtualization extension (vmx or svm)";
  try {
    await access("/dev/kvm", constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return "/dev/kvm cannot be opened";
  }
}

async function judge(options: KvmProbeOptions): Promise<KvmVerdict> {
  const { ok, duration_ms, failure } = await measureRing0("kvm", options);
  if (ok) return { accel: "kvm", reason: `privileged code runs at speed (${duration_ms} ms)` };
  return {
    accel: "tcg",
    reason: `KVM does not run privileged code at speed (gave up after ${duration_ms} ms): ${failure}`,
  };
}

/** Runs the ROM; `ok` when it came to its end in time. */
export async function measureRing0(
  accel: "kvm" | "tcg",
  options: Pick<KvmProbeOptions, "clock" | "ids" | "qemu_program" | "scratch_dir">,
): Promise<{ ok: boolean; duration_ms: number; failure: string }> {
  const { clock, ids, qemu_program, scratch_dir } = options;
  const folder = join(scratch_dir, `kvm-${ids.hex()}`);
  await mkdir(folder, { mode: 0o700 });
  const started = clock.monotonic();
  try {
    const rom = join(folder, "rom");
    await writeFile(rom, kvmProbeRom());
    const machine = [
      "-machine",
      "pc,graphics=off",
      "-accel",
      accel,
      "-cpu",
      accel === "kvm" ? "host" : "qemu64",
      "-m",
      "16M",
    ];
    const bare = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-bios", rom];
    const exit = ["-device", `isa-debug-exit,iobase=${exitPort},iosize=4`];
    const argv = [qemu_program, ...machine, ...bare, ...exit] as const;
    const failure = await exec(argv, { timeout_ms: limit_ms, okCodes: [exitCodeOfSuccess] }).then(
      () => "",
      (error: unknown) => {
        if (error instanceof ExecError) return error.stderr.trim().slice(0, 500) || "it did not come to its end";
        throw error;
      },
    );
    const ok = failure === "";
    return { ok, failure, duration_ms: Math.round(clock.monotonic() - started) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bootKey(): Promise<string> {
  return `${(await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim()} ${release()}`;
}

async function readCache(path: string, key: string): Promise<KvmVerdict | undefined> {
  try {
    // Written by probeKvm alone; anything else fails the comparison of keys.
    const { key: of, accel, reason } = JSON.parse(await readFile(path, "utf8")) as KvmVerdict & { key: string };
    return of === key ? { accel, reason } : undefined;
  } catch {
    return undefined;
  }
}
