/**
 * A real cloud for a test, started from this checkout by `./cumulet up` as a user starts it, on a host of its own: a
 * network namespace. Its user is Debian's unmodified `openstack` client. Needs root. The namespace is entered by
 * nsenter, which keeps the mounts: the cloud's own namespaces must be seen by the command that comes next.
 */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGuestImage } from "#cloud/guest-image/guest-image.ts";
import { isAlive } from "#nova/compute/hypervisors/qemu/process.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec, type ExecOptions, type ExecResult } from "#platform/exec/exec.ts";
import { systemIds } from "#platform/ids/ids.ts";

const root = join(import.meta.dirname, "..", "..");
const launcher = join(root, "cumulet");
const cache = join(tmpdir(), "cumulet-guest-image");
const port = 8774;

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers freely: what they assert is the check
export type Shown = any;

export interface RealCloud {
  readonly namespace: string;
  readonly state_dir: string;
  readonly url: string;
  /** Eight hexadecimal digits; known once it has been up. */
  cloudId(): Promise<string>;
  /** Runs a program on the cloud's host. */
  run(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** `./cumulet <command> --state <dir> …` */
  cumulet(command: string, ...argv: string[]): Promise<ExecResult>;
  up(): Promise<void>;
  /** SIGKILL to the cloud's process, as a crash would; guests go on. */
  kill(): Promise<void>;
  /** `openstack … -f json` as the user demo; what it printed. */
  ask(...argv: string[]): Promise<Shown>;
  /** `openstack …` of which the output says nothing. */
  tell(...argv: string[]): Promise<string>;
  /** Asks by `openstack` until the answer is as wanted. */
  await(what: string, argv: readonly string[], holds: (answer: Shown) => boolean, limit_ms?: number): Promise<Shown>;
  /** The end of the log, for the message of a failure. */
  lastWords(): Promise<string>;
  /** Ends guests, networks and processes, also those of a test that failed half-way; removes every file. */
  end(): Promise<void>;
}

export async function makeRealCloud(name: string): Promise<RealCloud> {
  const namespace = `cm${name}-${systemIds().hex().slice(0, 8)}`;
  const state_dir = await mkdtemp(join(tmpdir(), `cumulet-${name}-`));
  // Guests run as a user of their own, who passes through here.
  await chmod(state_dir, 0o711);
  await prepareImage(state_dir);
  // The namespace has no way out: whatever the launcher has to install is installed before.
  await exec([launcher, "--version"], { timeout_ms: 600_000 });
  await exec(["ip", "netns", "add", namespace]);
  const prefix = ["nsenter", `--net=/run/netns/${namespace}`] as const;
  await exec([...prefix, "ip", "link", "set", "lo", "up"]);
  const run: RealCloud["run"] = (argv, options) => exec([...prefix, ...argv], options);
  const cumulet: RealCloud["cumulet"] = (command, ...argv) =>
    run([launcher, command, "--state", state_dir, ...argv], { timeout_ms: 300_000 });
  const env = { OS_CLIENT_CONFIG_FILE: join(state_dir, "clouds.yaml"), OS_CLOUD: "cumulet-demo", HOME: state_dir };
  const tell: RealCloud["tell"] = async (...argv) => {
    return (await run(["openstack", ...argv], { env, timeout_ms: 300_000 })).stdout.trim();
  };
  const ask: RealCloud["ask"] = async (...argv) => JSON.parse(await tell(...argv, "-f", "json"));
  return {
    namespace,
    state_dir,
    url: `http://127.0.0.1:${port}`,
    cloudId: async () => (await readFile(join(state_dir, "cloud-id"), "utf8")).trim(),
    run,
    cumulet,
    up: async () => void (await cumulet("up", "--port", String(port), "--detach")),
    async kill() {
      const { pid } = JSON.parse(await readFile(join(state_dir, "running.json"), "utf8")) as { pid: number };
      process.kill(pid, "SIGKILL");
      const ended = async () => ((await isAlive(pid)) ? undefined : true);
      await until(systemClock(), ended, { limit_ms: 10_000, period_ms: 10, what: "the cloud's process to be dead" });
    },
    tell,
    ask,
    await: (what, argv, holds, limit_ms = 60_000) =>
      until(
        systemClock(),
        async () => {
          const answer = await ask(...argv);
          if (holds(answer)) return answer;
          throw new Error(JSON.stringify(answer).slice(0, 500));
        },
        { limit_ms, period_ms: 200, what },
      ),
    async lastWords() {
      const log = await readFile(join(state_dir, "cumulet.log"), "utf8").catch(() => "there is no log");
      const bad = log.split("\n").filter((line) => !/"level":(?:10|20|30)\b/.test(line));
      return bad.slice(-25).join("\n");
    },
    async end() {
      try {
        await cumulet("down", "--guests");
      } finally {
        await exec(["ip", "netns", "del", namespace]);
        await rm(state_dir, { recursive: true, force: true });
      }
    },
  };
}

/** The guest image is built once for all tests; a cloud that finds it in its folder takes it as it is. */
async function prepareImage(state_dir: string): Promise<void> {
  const built = join(cache, "guest.qcow2");
  await buildGuestImage({ work_dir: join(cache, "work"), output_path: built });
  const dir = join(state_dir, "guest-image");
  await mkdir(dir, { mode: 0o711 });
  await copyFile(built, join(dir, "cumulet.qcow2"));
  await copyFile(`${built}.key`, join(dir, "cumulet.qcow2.key"));
  await copyFile(join(cache, "work", "sources.json"), join(dir, "sources.json"));
}
