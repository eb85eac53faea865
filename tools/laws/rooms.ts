/**
 * The house: every folder of src that is a room, and what its files may import besides their own room. The most
 * specific room of a file holds. A new folder gets its line here, and with it the thought of what it may know.
 */
import { isIn } from "./tree.ts";

export interface Room {
  folder: string;
  /** Folders or files of other rooms whose modules may be imported. */
  may: readonly string[];
  /** Files of which the types may be known, and nothing that runs. */
  mayTypes?: readonly string[];
  /** Packages and Node modules that may be imported; anything when missing. */
  packages?: readonly string[];
  /** Why the room is closed that way, for the message. */
  because: string;
}

const common = ["src/platform", "src/contracts"];
const services = ["keystone", "glance", "placement", "nova", "neutron", "cinder"].map((name) => `src/${name}`);
const service = "a service reaches another only through its contracts and its HTTP API (law 2)";
const driver = "a driver knows its own interface and the platform only, so that it can be replaced and tested alone";
const agent = "an agent runs beside strangers' guests: it knows its orders and its drivers, no store, no API (law 1)";
const pure = "what decides has no I/O: everything it needs is passed in, so that it can be tested with values";

export const rooms: readonly Room[] = [
  {
    folder: "src/contracts",
    may: [],
    packages: ["typebox", "typebox/format"],
    because: "contracts are what crosses a process boundary, also into the browser: no I/O, and no service's code",
  },
  {
    folder: "src/platform",
    may: ["src/contracts/kit"],
    because: "the platform is plumbing without cloud nouns: of the contracts it knows the kit that describes them",
  },
  { folder: "src/keystone", may: common, because: service },
  { folder: "src/glance", may: common, because: service },
  { folder: "src/glance/formats", may: [], because: pure },
  { folder: "src/glance/stores", may: ["src/platform", "src/glance/formats"], because: driver },
  { folder: "src/placement", may: common, because: service },
  { folder: "src/placement/candidates", may: ["src/contracts/placement"], packages: [], because: pure },
  { folder: "src/nova", may: common, because: service },
  { folder: "src/nova/compute", may: [...common, "src/nova/clients"], because: agent },
  { folder: "src/nova/compute/hypervisors", may: ["src/platform"], because: driver },
  { folder: "src/neutron", may: common, because: service },
  {
    folder: "src/neutron/plan",
    may: common,
    // The plan is worked out from rows: it knows their shape, and not how they are read.
    mayTypes: ["src/neutron/store/tables.ts"],
    packages: ["node:net"],
    because: pure,
  },
  { folder: "src/neutron/agent", may: common, because: agent },
  {
    folder: "src/neutron/agent/wiring",
    // The plan is what the interface takes; the metadata proxy listens inside the networks that the wiring makes.
    may: ["src/platform", "src/contracts/neutron/host-plan.ts", "src/neutron/agent/metadata"],
    because: driver,
  },
  { folder: "src/cinder", may: common, because: service },
  { folder: "src/cinder/volume", may: common, because: agent },
  {
    folder: "src/cinder/volume/backends",
    // How a volume is reached is said in Cinder's own contract, and it is the backend that says it.
    may: ["src/platform", "src/contracts/cinder/attachment.ts"],
    because: driver,
  },
  { folder: "src/horizon/server", may: common, because: "the dashboard's server is a user of the APIs like any other" },
  {
    folder: "src/horizon/web",
    may: ["src/contracts"],
    because: "the pages run in a browser: they share the contracts with the servers, and no server code",
  },
  {
    folder: "src/cloud",
    may: [...common, ...services, "src/horizon/server"],
    because: "cloud wires all parts and is used by the command line, not the other way round",
  },
  { folder: "src/cli", may: ["src"], because: "the command line starts what cloud wires" },
];

/** Implementations behind an interface: chosen in cloud, known to nobody else. */
export const implementations: readonly string[] = [
  "src/nova/compute/hypervisors/qemu",
  "src/nova/compute/hypervisors/fake",
  "src/neutron/agent/wiring/linux-bridge",
  "src/neutron/agent/wiring/fake",
  "src/cinder/volume/backends/file",
  "src/cinder/volume/backends/fake",
  "src/glance/stores/file",
  "src/glance/stores/fake",
];

/** The room of a file: the deepest whose folder holds it. */
export function roomOf(path: string): Room | undefined {
  let best: Room | undefined;
  for (const room of rooms) if (isIn(path, room.folder) && (best?.folder.length ?? 0) < room.folder.length) best = room;
  return best;
}
