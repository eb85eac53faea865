/**
 * Volumes as sparse raw files of one folder: `UUID.raw`, readable by their owner only. A volume appears under its name
 * only when it is whole; what is half made lies in `.incoming`.
 */
import { chown, mkdir, open, opendir, readdir, rename, stat, statfs, unlink } from "node:fs/promises";
import path from "node:path";
import { exec } from "#platform/exec/exec.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { ConnectionInfoBody } from "#contracts/cinder/attachment.ts";
import { BackendError, requireVolumeId, type Attaching, type VolumeBackend } from "../backend.ts";
import { convertImage } from "./convert-image.ts";
import { codeOf, exists, named } from "./errors.ts";
import { stageImage } from "./stage-image.ts";

export interface FileBackendParts {
  /** Made when missing; others may pass it but not look into it. */
  folder: string;
  /** Host of this agent: a file is reached from its own host only. */
  host: string;
  clock: Clock;
  /** User that guests run as: files are handed to it while they are connected. Left out when guests run as ourselves. */
  guest_user?: string;
  /** Bytes that stay free. */
  reserve_bytes?: number;
}

const gib = 1024 ** 3;
const defaultReserve_bytes = 64 * 1024 ** 2;

export async function openFileBackend(parts: FileBackendParts): Promise<VolumeBackend> {
  const folder = path.resolve(parts.folder);
  const incoming = path.join(folder, ".incoming");
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const files = makePaths(folder, incoming);
  const guest = await ownerOf(parts.guest_user);
  const requireRoom = () => refuseFull(folder, parts.reserve_bytes ?? defaultReserve_bytes);

  return {
    name: "file",
    simulated: false,
    async capacity() {
      const { blocks, bavail, bsize } = await statfs(folder);
      return { total_gb: Math.floor((blocks * bsize) / gib), free_gb: Math.floor((bavail * bsize) / gib) };
    },
    async create(id, size_gb) {
      const target = files.volume(id);
      if (await exists(target)) return;
      await requireRoom();
      await makeEmpty(files.half(id), size_gb * gib);
      await appear(files.half(id), target);
    },
    async stage(id, bytes, options) {
      await requireRoom();
      await stageImage(files.staged(id), bytes, options);
    },
    unstage: (id) => remove(files.staged(id)).then(() => undefined),
    async createFromImage(id, size_gb, image) {
      const target = files.volume(id);
      const staged = files.staged(id);
      if (!(await exists(target))) {
        if (!(await exists(staged))) throw new BackendError("not_staged", "The image's data is not here.");
        await convertImage({ staged, half: files.half(id), size_bytes: size_gb * gib, disk_format: image.disk_format });
        await appear(files.half(id), target);
      }
      await remove(staged);
    },
    async createFromVolume(id, size_gb, source_id) {
      const target = files.volume(id);
      if (await exists(target)) return;
      const source = await requireVolume(files.volume(source_id), source_id);
      await requireRoom();
      await remove(files.half(id));
      await exec(["cp", "--sparse=always", "--reflink=auto", "--", source, files.half(id)], {
        timeout_ms: 3_600_000,
      }).catch(named);
      await grow(files.half(id), size_gb * gib);
      await appear(files.half(id), target);
    },
    async delete(id) {
      for (const rest of [files.half(id), files.staged(id)]) await remove(rest);
      return remove(files.volume(id));
    },
    extend: async (id, size_gb) => grow(await requireVolume(files.volume(id), id), size_gb * gib),
    connect: async (id, attaching) => {
      const file = await requireVolume(files.volume(id), id);
      requireSameHost(parts.host, attaching);
      if (guest) await chown(file, guest.uid, guest.gid);
      return connectionTo(file, attaching);
    },
    async disconnect(id) {
      const file = files.volume(id);
      if (guest && (await exists(file))) await chown(file, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    },
    list: () => listFolder(folder),
    sweep: (age_ms) => sweepFolder(incoming, parts.clock.now() - age_ms),
  };
}

interface Paths {
  volume(id: string): string;
  half(id: string): string;
  staged(id: string): string;
}

function makePaths(folder: string, incoming: string): Paths {
  const under = (base: string, extension: string) => (id: string) => {
    requireVolumeId(id);
    return path.join(base, id + extension);
  };
  return { volume: under(folder, ".raw"), half: under(incoming, ".raw"), staged: under(incoming, ".image") };
}

async function ownerOf(user: string | undefined): Promise<{ uid: number; gid: number } | undefined> {
  if (user === undefined || process.getuid?.() !== 0) return undefined;
  const ask = async (what: string): Promise<number> => Number((await exec(["id", what, "--", user])).stdout.trim());
  return { uid: await ask("-u"), gid: await ask("-g") };
}

async function refuseFull(folder: string, reserve_bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < reserve_bytes) throw new BackendError("backend_full", "The volume backend is full.");
}

async function requireVolume(file: string, id: string): Promise<string> {
  if (!(await exists(file))) throw new BackendError("not_found", `The data of volume ${id} is not here.`);
  return file;
}

function requireSameHost(host: string, { connector }: Attaching): void {
  if (connector.host === undefined || connector.host === host) return;
  throw new BackendError(
    "not_reachable",
    `The volume is a file of host ${host} and cannot be reached from ${connector.host}.`,
  );
}

function connectionTo(file: string, { attachment_id, mode, size_gb }: Attaching): ConnectionInfoBody {
  const facts = { encrypted: false, qos_specs: null, access_mode: mode, attachment_id };
  return { driver_volume_type: "file", path: file, format: "raw", size_gb, ...facts };
}

async function makeEmpty(file: string, size_bytes: number): Promise<void> {
  await remove(file);
  const handle = await open(file, "wx", 0o600).catch(named);
  try {
    await handle.truncate(size_bytes).catch(named);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Grows a file that is smaller; the new part reads as zeros. */
async function grow(file: string, size_bytes: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    if ((await handle.stat()).size < size_bytes) await handle.truncate(size_bytes).catch(named);
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Under its name only when it is whole and on the disc. */
async function appear(half: string, target: string): Promise<void> {
  await rename(half, target);
  const folder = await open(path.dirname(target), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function remove(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function listFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(".raw")).map((name) => name.slice(0, -4));
}

async function sweepFolder(incoming: string, before_ms: number): Promise<number> {
  let count = 0;
  for await (const entry of await opendir(incoming)) {
    const file = path.join(incoming, entry.name);
    const found = await stat(file).catch(() => undefined);
    if (found && found.mtimeMs <= before_ms && (await remove(file))) count += 1;
  }
  return count;
}
