/** The state folder of a cloud: its secrets, its identity, and the lock that keeps a second process out. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ids } from "#platform/ids/ids.ts";

/** What a user can mend: said without a stack. */
export class SetupError extends Error {}

export interface Secrets {
  admin_password: string;
  demo_password: string;
  /** Between the network agent and the metadata service. */
  metadata_secret: string;
  /** Passwords of service users by name. */
  service_users: Record<string, string>;
}

export interface StateFolder {
  dir: string;
  /** Eight hexadecimal digits, made once: names this cloud's devices on the host. */
  cloud_id: string;
  secrets: Secrets;
  /** Gives the lock back. */
  release(): void;
}

/** Each host has its own, so that a stolen host can be shut out alone. */
const agentUsers = ["nova-compute", "cinder", "neutron"];
const serviceUsers = ["nova", "glance", "placement", "neutron", "cinder", "trace"];
/** Less than this and the start is refused: databases that cannot grow lose what users were told. */
const disk_min_mb = 200;

/** Opens or makes the folder; throws {@link SetupError} when another process has it, or the disk is full. */
export function openStateFolder(dir: string, hosts: readonly string[], ids: Ids): StateFolder {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o711 });
  } catch (error) {
    throw new SetupError(
      `The state folder ${dir} cannot be made: ${messageOf(error)}. Choose another with --state DIR.`,
    );
  }
  const free_mb = Math.floor((statfsSync(dir).bavail * statfsSync(dir).bsize) / 1_048_576);
  if (free_mb < disk_min_mb) {
    throw new SetupError(
      `The disk of ${dir} has only ${free_mb} MB left; at least ${disk_min_mb} MB are needed. Free some, or choose another folder with --state DIR.`,
    );
  }
  const release = takeLock(dir);
  try {
    return { dir, cloud_id: ensureCloudId(dir, ids), secrets: ensureSecrets(dir, hosts, ids), release };
  } catch (error) {
    release();
    throw error;
  }
}

export const lockFile = (dir: string): string => join(dir, "cumulet.pid");

/** The process that has the folder; undefined when nobody lives there. */
export function ownerOf(dir: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(lockFile(dir), "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
  return pid > 0 && isCumulet(pid) ? pid : undefined;
}

/** A pid may be somebody else's by now: only a process that runs our program counts. */
function isCumulet(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("src/cli/main.ts");
  } catch {
    return false;
  }
}

function takeLock(dir: string): () => void {
  const path = lockFile(dir);
  const owner = ownerOf(dir);
  if (owner !== undefined && owner !== process.pid) {
    throw new SetupError(
      `A cloud is already running on ${dir} (process ${owner}). Stop it with 'cumulet down --state ${dir}', or choose another folder with --state DIR.`,
    );
  }
  rmSync(path, { force: true });
  try {
    const file = openSync(path, "wx", 0o644);
    writeFileSync(file, `${process.pid} \n`);
    closeSync(file);
  } catch (error) {
    throw new SetupError(`Another start on ${dir} was faster: ${messageOf(error)}`);
  }
  return () => rmSync(path, { force: true });
}

function ensureCloudId(dir: string, ids: Ids): string {
  const path = join(dir, "cloud-id");
  try {
    const known = readFileSync(path, "utf8").trim();
    if (/^[0-9a-f]{8}$/.test(known)) return known;
  } catch {
    // The first start makes it.
  }
  const made = ids.bytes(4).toString("hex");
  writeFileSync(path, `${made}\n`);
  return made;
}

function ensureSecrets(dir: string, hosts: readonly string[], ids: Ids): Secrets {
  const path = join(dir, "secrets.json");
  let known: Partial<Secrets> = {};
  try {
    known = JSON.parse(readFileSync(path, "utf8")) as Partial<Secrets>;
  } catch {
    // The first start makes them.
  }
  const password = (): string => ids.bytes(15).toString("base64url");
  const users = [...serviceUsers, ...hosts.flatMap((host) => agentUsers.map((name) => `${name}@${host}`))];
  const secrets: Secrets = {
    admin_password: known.admin_password ?? password(),
    demo_password: known.demo_password ?? password(),
    metadata_secret: known.metadata_secret ?? password(),
    service_users: { ...Object.fromEntries(users.map((name) => [name, password()])), ...known.service_users },
  };
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
