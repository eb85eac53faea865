/** What a new cloud contains before its first user comes: flavors, networks, an image. Idempotent: run at every start. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGuestImage } from "./guest-image/guest-image.ts";
import type { CloudConfig } from "./config.ts";
import type { Services } from "./services.ts";
import { standIn } from "./stand-in-image.ts";

export interface FirstRunOptions {
  services: Services;
  config: CloudConfig;
  state_dir: string;
  simulated: boolean;
  tell(line: string): void;
}

interface FlavorSpec {
  id: string;
  name: string;
  vcpus: number;
  memory_mb: number;
  root_gb: number;
}

/** From one that fits twice into a megabyte-minded test, to one for real work. */
const flavors: readonly FlavorSpec[] = [
  { id: "42", name: "m1.nano", vcpus: 1, memory_mb: 192, root_gb: 1 },
  { id: "84", name: "m1.micro", vcpus: 1, memory_mb: 256, root_gb: 1 },
  { id: "1", name: "m1.tiny", vcpus: 1, memory_mb: 512, root_gb: 1 },
  { id: "2", name: "m1.small", vcpus: 1, memory_mb: 2048, root_gb: 20 },
  { id: "3", name: "m1.medium", vcpus: 2, memory_mb: 4096, root_gb: 40 },
  { id: "4", name: "m1.large", vcpus: 4, memory_mb: 8192, root_gb: 80 },
];

export async function ensureFirstContents(options: FirstRunOptions): Promise<void> {
  await ensureFlavors(options);
  await ensureNetworks(options);
  await ensureImage(options);
}

/** Networks that somebody deleted stay deleted: they are made only in a cloud that never had them. */
async function ensureNetworks({ services, config, state_dir }: FirstRunOptions): Promise<void> {
  const made = join(state_dir, "first-networks");
  if (existsSync(made)) return;
  const [demo, admin] = await Promise.all([
    services.keystone.findProject("demo"),
    services.keystone.findProject("admin"),
  ]);
  await services.neutron.bootstrap({
    external_cidr: config.network.external_cidr,
    private_cidr: config.network.private_cidr,
    dns_nameservers: config.network.dns_servers,
    ...(demo ? { project_id: demo } : {}),
    ...(admin ? { admin_project_id: admin } : {}),
  });
  await writeFile(made, "public, private, router1\n");
}

async function ensureFlavors({ services }: FirstRunOptions): Promise<void> {
  // A flavor that somebody deleted stays deleted: they are made only in a cloud that has none yet.
  if ((await services.nova.flavors.list()).length > 0) return;
  const usual = {
    ephemeral_gb: 0,
    swap: 0,
    rxtx_factor: 1,
    description: null,
    is_public: true,
    disabled: false,
    extra_specs: {},
  };
  for (const flavor of flavors) await services.nova.flavors.insert({ ...flavor, ...usual });
}

export const imageName = "cumulet";

async function ensureImage(options: FirstRunOptions): Promise<void> {
  const { services, state_dir, simulated, tell } = options;
  const registered = join(state_dir, "first-image");
  if (existsSync(registered)) return;
  const path = simulated ? await standIn(state_dir) : await realImage(state_dir, tell);
  if (path === undefined) return;
  const properties = { os_distro: simulated ? "simulated" : "cumulet", ...(simulated ? { simulated: "true" } : {}) };
  const id = await services.glance.bootstrap({
    name: imageName,
    path,
    disk_format: "qcow2",
    min_disk: 0,
    min_ram: 128,
    properties,
  });
  await writeFile(registered, `${id}\n`);
}

/** Undefined when it cannot be built now: a cloud without it is of use, and the next start tries again. */
async function realImage(state_dir: string, tell: (line: string) => void): Promise<string | undefined> {
  try {
    return await buildImage(state_dir, tell);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell(`The guest image could not be built: ${reason}`);
    tell("The cloud goes on without it. Is a Debian mirror reachable? The next 'cumulet up' tries again.");
    return undefined;
  }
}

async function buildImage(state_dir: string, tell: (line: string) => void): Promise<string> {
  const dir = join(state_dir, "guest-image");
  const image = await buildGuestImage({
    work_dir: dir,
    output_path: join(dir, "cumulet.qcow2"),
    onStep: (step) => tell(`Guest image [${step.number}/${step.total}]: ${step.title}`),
  });
  return image.path;
}
