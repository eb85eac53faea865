/**
 * nova-compute in a process of its own, and the NATS server between it and the cloud. The process is given its
 * configuration and an empty environment. When the tests run as root it runs as nobody, who cannot enter the cloud's
 * folder: it could not open a database if it tried.
 */
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exec, start } from "#platform/exec/exec.ts";
import { eventually } from "./cloud.ts";

const root = join(import.meta.dirname, "..", "..");
const main = join(root, "src", "cli", "main.ts");
const nobody = 65_534;

export interface Nats {
  url: string;
  stop(): Promise<void>;
}

/** Debian's nats-server on a free port of the loopback. */
export async function startNats(): Promise<Nats> {
  if (!existsSync("/usr/sbin/nats-server")) throw new Error("there is no nats-server: apt-get install nats-server");
  const dir = mkdtempSync(join(tmpdir(), "cumulet-nats-"));
  const argv = ["nats-server", "--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", dir] as const;
  const child = start(argv, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await eventually("NATS to say its port", async () => {
    const file = readdirSync(dir).find((name) => name.endsWith(".ports"));
    return file && (JSON.parse(readFileSync(join(dir, file), "utf8")) as { nats: string[] }).nats[0];
  });
  return {
    url,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface ComputeProcess {
  pid: number;
  /** Its own folder. */
  state_dir: string;
  /** Paths of the files that it has open. */
  openFiles(): string[];
  /** As another program would end it; resolves with its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface ComputeOptions {
  /** Where its configuration and its folder are; kept over restarts. */
  dir: string;
  url: string;
  cloud_id: string;
  host: string;
  password: string;
  bus_url: string;
}

export function writeConfig(options: ComputeOptions, more = ""): string {
  const { dir, url, cloud_id, host, password, bus_url } = options;
  const file = join(dir, "nova-compute.toml");
  const state_dir = join(dir, "state");
  mkdirSync(state_dir, { recursive: true });
  if (runsAsNobody()) for (const path of [dir, state_dir]) chownSync(path, nobody, nobody);
  const text = `[cloud]
url = "${url}"
id = "${cloud_id}"
user = "nova-compute@${host}"
password = "${password}"
[bus]
url = "${bus_url}"
[host]
name = "${host}"
state_dir = "${state_dir}"
simulated = true
[log]
level = "warn"
${more}`;
  writeFileSync(file, text, { mode: 0o644 });
  return file;
}

const argvOf = (config: string) => [process.execPath, main, "run", "nova-compute", "--config", config] as const;

/** Resolves when it works. */
export async function startComputeProcess(options: ComputeOptions): Promise<ComputeProcess> {
  const who = runsAsNobody() ? { uid: nobody, gid: nobody } : {};
  const config = writeConfig(options);
  const child = start(argvOf(config), { ...who, env: {}, cwd: options.dir, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await eventually("nova-compute to work", async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said.slice(-2000)}`);
    return said.includes("works for") ? true : undefined;
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    state_dir: join(options.dir, "state"),
    openFiles: () => openFilesOf(pid),
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** What it says, and how it ends, with a configuration that it must refuse. */
export async function refusedConfig(config: string): Promise<{ code: number; stderr: string }> {
  return exec(argvOf(config), { okCodes: [0, 1, 2], timeout_ms: 20_000 });
}

/** Only root may become nobody, and only where nobody can read this checkout. */
export function runsAsNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  for (let dir = root; dir !== "/"; dir = dirname(dir)) if ((statSync(dir).mode & 0o001) === 0) return false;
  return true;
}

function openFilesOf(pid: number): string[] {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return [readlinkSync(join(dir, fd))];
    } catch {
      return [];
    }
  });
}
