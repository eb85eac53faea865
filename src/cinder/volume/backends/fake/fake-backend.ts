/** SIMULATED: volumes as entries of a ledger, for `--simulate` and tests. Passes the same suite as the file backend. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BackendError, requireVolumeId, type VolumeBackend } from "../backend.ts";

export interface FakeBackendOptions {
  /** File that keeps the ledger over restarts; left out: in memory only. */
  ledger_path?: string;
  /** GiB that it pretends to have. Default 100 000. */
  total_gb?: number;
}

interface Entry {
  size_gb: number;
  attachments: string[];
}

interface Ledger {
  volumes: Record<string, Entry>;
  /** Bytes of staged images, by volume. */
  staged: Record<string, number>;
}

const gib = 1024 ** 3;

export function makeFakeBackend(options: FakeBackendOptions = {}): VolumeBackend {
  const book = openBook(options);
  return { ...makeContents(book), ...makeAccess(book) };
}

type Making = "create" | "stage" | "unstage" | "createFromImage" | "createFromVolume" | "delete" | "extend";

interface Book {
  ledger: Ledger;
  total_gb: number;
  save(): void;
  used(): number;
  find(id: string): Entry;
  put(id: string, size_gb: number): void;
}

function openBook(options: FakeBackendOptions): Book {
  const total_gb = options.total_gb ?? 100_000;
  const ledger = readLedger(options.ledger_path);
  const save = (): void => writeLedger(options.ledger_path, ledger);
  const used = (): number => Object.values(ledger.volumes).reduce((sum, { size_gb }) => sum + size_gb, 0);
  const find = (id: string): Entry => {
    requireVolumeId(id);
    const entry = ledger.volumes[id];
    if (!entry) throw new BackendError("not_found", `The data of volume ${id} is not here.`);
    return entry;
  };
  const put = (id: string, size_gb: number): void => {
    requireVolumeId(id);
    if (ledger.volumes[id]) return;
    if (used() + size_gb > total_gb) throw new BackendError("backend_full", "The volume backend is full.");
    ledger.volumes[id] = { size_gb, attachments: [] };
    save();
  };
  return { ledger, total_gb, save, used, find, put };
}

function makeContents({ ledger, save, find, put }: Book): Pick<VolumeBackend, Making> {
  return {
    create: async (id, size_gb) => put(id, size_gb),
    async stage(id, bytes, { sha512, signal }) {
      requireVolumeId(id);
      const hash = createHash("sha512");
      let size_bytes = 0;
      for await (const chunk of bytes) {
        signal.throwIfAborted();
        hash.update(chunk);
        size_bytes += chunk.length;
      }
      ledger.staged[id] = size_bytes;
      if (sha512 !== null && hash.digest("hex") !== sha512) {
        throw new BackendError("image_changed", "The image's data is not what the image service announced.");
      }
    },
    async unstage(id) {
      delete ledger.staged[id];
    },
    async createFromImage(id, size_gb, { disk_format }) {
      requireVolumeId(id);
      if (ledger.volumes[id]) return;
      const size_bytes = ledger.staged[id];
      if (size_bytes === undefined) throw new BackendError("not_staged", "The image's data is not here.");
      if (disk_format === "ploop")
        throw new BackendError("image_format", "An image of format ploop cannot be made into a volume.");
      if (size_bytes > size_gb * gib)
        throw new BackendError("image_too_large", `The image has ${size_bytes} bytes, the volume ${size_gb * gib}.`);
      put(id, size_gb);
      delete ledger.staged[id];
    },
    async createFromVolume(id, size_gb, source_id) {
      if (ledger.volumes[id]) return;
      find(source_id);
      put(id, size_gb);
    },
    async delete(id) {
      requireVolumeId(id);
      delete ledger.staged[id];
      if (!ledger.volumes[id]) return false;
      delete ledger.volumes[id];
      save();
      return true;
    },
    async extend(id, size_gb) {
      const entry = find(id);
      entry.size_gb = Math.max(entry.size_gb, size_gb);
      save();
    },
  };
}

function makeAccess({ ledger, total_gb, save, used, find }: Book): Omit<VolumeBackend, Making> {
  return {
    name: "fake",
    simulated: true,
    capacity: async () => ({ total_gb, free_gb: total_gb - used() }),
    async connect(id, { attachment_id, mode, size_gb }) {
      const entry = find(id);
      entry.attachments = [...new Set([...entry.attachments, attachment_id])];
      save();
      const facts = { encrypted: false, qos_specs: null, access_mode: mode, attachment_id, simulated: true };
      return { driver_volume_type: "fake", path: `/simulated/volumes/${id}.raw`, format: "raw", size_gb, ...facts };
    },
    async disconnect(id, attachment_id) {
      const entry = ledger.volumes[id];
      if (!entry) return;
      entry.attachments = entry.attachments.filter((one) => one !== attachment_id);
      save();
    },
    list: async () => Object.keys(ledger.volumes),
    sweep: async () => 0,
  };
}

function readLedger(file: string | undefined): Ledger {
  const empty: Ledger = { volumes: {}, staged: {} };
  if (file === undefined) return empty;
  try {
    return { ...empty, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<Ledger>) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return empty;
    throw error;
  }
}

/** Whole or not at all: a crash leaves the old ledger or the new one. */
function writeLedger(file: string | undefined, ledger: Ledger): void {
  if (file === undefined) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(ledger));
  renameSync(`${file}.new`, file);
}
