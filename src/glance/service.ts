/** The image service as a role. */
import { createReadStream } from "node:fs";
import { hostname } from "node:os";
import { imageData } from "#contracts/glance/image-data.ts";
import { image, imageTag } from "#contracts/glance/image.ts";
import { imageInfo } from "#contracts/glance/info.ts";
import { member } from "#contracts/glance/member.ts";
import { notBuiltImage } from "#contracts/glance/not-built.ts";
import { extraRules } from "#contracts/glance/rules.ts";
import { defaultRules } from "#contracts/kit/resource.ts";
import { notBuiltYet } from "#platform/http/call.ts";
import { makeService, type Fetcher } from "#platform/http/service.ts";
import { makePolicy } from "#platform/policy/policy.ts";
import { makeReconciler, type Reconciler } from "#platform/reconcile/reconciler.ts";
import type { Parts, RunningRole } from "#platform/role/role.ts";
import { dataHandlers, takeData } from "./api/data.ts";
import type { Glance, GlanceLimits } from "./api/glance.ts";
import { blankImage, imageHandlers, tagHandlers } from "./api/images.ts";
import { infoHandlers } from "./api/info.ts";
import { memberHandlers } from "./api/members.ts";
import { reconcileImages } from "./reconcile.ts";
import { makeImageRows } from "./store/images.ts";
import { listImages } from "./store/list-images.ts";
import { makeMemberRows } from "./store/members.ts";
import { migrations, type GlanceTables } from "./store/tables.ts";
import type { ImageStore } from "./stores/store.ts";

export interface GlanceOptions {
  store: ImageStore;
  /** Rules of the operator, over the defaults. */
  rules?: Readonly<Record<string, string>>;
  limits?: Partial<GlanceLimits>;
  /** Default `match`. */
  disk_format_rule?: Glance["disk_format_rule"];
  /** Name of this worker among those that share the store; the host's name by default. */
  worker?: string;
  reconcile_period_ms?: number;
}

/** An image that comes with the cloud. */
export interface LocalImage {
  name: string;
  /** File of this host. */
  path: string;
  disk_format: "qcow2" | "raw";
  /** Project that owns it; nobody when left out. */
  owner?: string | null;
  min_disk?: number;
  min_ram?: number;
  properties?: Record<string, string>;
}

export interface RunningGlance extends RunningRole {
  mount: "/image";
  fetch: Fetcher;
  reconciler: Reconciler;
  /** Registers a public image from a file of this host unless one of that name is there; answers its id. */
  bootstrap(image: LocalImage): Promise<string>;
}

const defaultLimits: GlanceLimits = { image_size: 1024 ** 4, properties: 128, tags: 128, members: 128 };
const resources = [image, imageTag, imageData, member, imageInfo, notBuiltImage];

export async function startGlance(parts: Parts, options: GlanceOptions): Promise<RunningGlance> {
  const glance = await makeGlance(parts, options);
  const { clock, log } = parts;
  const run = (): Promise<string[]> => reconcileImages(glance);
  const reconciler = makeReconciler({
    name: "images",
    period_ms: options.reconcile_period_ms ?? 300_000,
    clock,
    log,
    run,
  });
  void reconciler.poke();
  const fetch = makeService({
    ...parts.service,
    name: "glance-api",
    prefix: "/image",
    errorStyle: "glance",
    forbidden: "You are not authorized to complete {rule} action.",
    policy: makePolicy({ ...defaultRules(resources), ...extraRules, ...options.rules }),
    implementations: [
      infoHandlers(),
      imageHandlers(glance),
      tagHandlers(glance),
      dataHandlers(glance),
      memberHandlers(glance),
      notBuiltYet(notBuiltImage),
    ],
  });
  return {
    mount: "/image",
    fetch,
    reconciler,
    bootstrap: (local) => bootstrap(glance, local),
    async stop() {
      await reconciler.stop();
      await glance.db.destroy();
    },
  };
}

async function makeGlance(parts: Parts, options: GlanceOptions): Promise<Glance> {
  const db = await parts.openDatabase<GlanceTables>({ name: "glance", migrations });
  const { clock, ids, log } = parts;
  return {
    db,
    images: makeImageRows(db, clock),
    members: makeMemberRows(db, clock),
    store: options.store,
    clock,
    ids,
    log,
    limits: { ...defaultLimits, ...options.limits },
    worker: options.worker ?? hostname(),
    uploading: new Set(),
    disk_format_rule: options.disk_format_rule ?? "match",
  };
}

async function bootstrap(glance: Glance, local: LocalImage): Promise<string> {
  const filter = {
    project_id: undefined,
    visibility: "public" as const,
    member_status: "all" as const,
    numbers: [],
    properties: {},
    tags: [],
  };
  const sort = [{ key: "created_at" as const, descending: false }];
  const named = await listImages(glance.db, { ...filter, columns: { name: [local.name] } }, { sort, limit: 10 });
  const whole = named.find((row) => row.status === "active" || row.status === "deactivated");
  if (whole) return whole.id;
  const { path, owner = null, min_disk = 0, min_ram = 0, properties = {}, name, disk_format } = local;
  const blank = blankImage(glance, owner, glance.ids.uuid());
  const wanted = {
    ...blank,
    name,
    disk_format,
    container_format: "bare",
    visibility: "public" as const,
    min_disk,
    min_ram,
    properties,
  };
  // One that a crash left half registered is taken up again rather than registered twice.
  const begun = named.find((row) => row.status === "queued" && row.disk_format === disk_format);
  if (!begun) await glance.images.insert(wanted);
  await takeData(glance, { ...wanted, id: begun?.id ?? wanted.id }, createReadStream(path), undefined);
  return begun?.id ?? wanted.id;
}
