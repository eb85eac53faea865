/** MOCK, for tests of the pages only: what the made-up cloud remembers. */
import type { Clock } from "#platform/clock/clock.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { MockFlow } from "./mock-trace.ts";

export interface MockServer {
  id: string;
  name: string;
  flavor: string;
  image: string;
  key_name: string | null;
  volume_id?: string;
  network_id: string;
  address: string;
  port_id: string;
  /** Set by actions once the build is over. */
  power: "on" | "off";
  /** A change that goes on until this time. */
  task?: { state: string; until: number; next: "on" | "off" | "gone" };
  flow: MockFlow;
  actions: { action: string; request_id: string; start_time: string; message: string | null }[];
}

export interface MockWorld {
  clock: Clock;
  ids: Ids;
  login_at: number;
  tokens: Map<string, { user: string; project: string }>;
  servers: Map<string, MockServer>;
  keypairs: { name: string; type: string; fingerprint: string }[];
  rules: Record<string, unknown>[];
  floatingips: {
    id: string;
    floating_ip_address: string;
    fixed_ip_address: string | null;
    port_id: string | null;
    status: string;
  }[];
  volumes: {
    id: string;
    name: string;
    size: number;
    status: string;
    bootable: string;
    volume_type: string;
    created_at: string;
    attachments: unknown[];
    volume_image_metadata?: unknown;
  }[];
}

export const mockIds = {
  cirros: "3a9c1f2e-5b7d-4c8e-9f10-2b3c4d5e6f70",
  debian: "8e2d4c6b-1a3f-4e5d-8c7b-9a0f1e2d3c4b",
  privateNet: "c0ffee00-1111-4222-8333-444455556666",
  publicNet: "ba5eba11-aaaa-4bbb-8ccc-ddddeeeeffff",
  defaultGroup: "5ec0de00-1234-4567-89ab-cdef01234567",
};

export function makeMockWorld(clock: Clock, ids: Ids): MockWorld {
  return {
    clock,
    ids,
    login_at: clock.now(),
    tokens: new Map(),
    servers: new Map(),
    keypairs: [],
    rules: [],
    floatingips: [],
    volumes: [],
  };
}

/** Keys of the made-up flavors are their ids. */
export const mockFlavors = [
  { id: "1", name: "m1.tiny", vcpus: 1, ram: 512, disk: 1 },
  { id: "2", name: "m1.small", vcpus: 1, ram: 2048, disk: 20 },
  { id: "3", name: "m1.medium", vcpus: 2, ram: 4096, disk: 40 },
  { id: "4", name: "m1.large", vcpus: 4, ram: 8192, disk: 80 },
];

const megabyte = 1024 * 1024;
const image = { status: "active", visibility: "public", disk_format: "qcow2", container_format: "bare" };
export const mockImages = [
  {
    ...image,
    id: mockIds.cirros,
    name: "cirros-0.6.3",
    size: 21 * megabyte,
    virtual_size: 112 * megabyte,
    min_disk: 0,
    min_ram: 0,
    created_at: "2026-11-01T08:00:00Z",
  },
  {
    ...image,
    id: mockIds.debian,
    name: "debian-12-genericcloud",
    size: 330 * megabyte,
    virtual_size: 3072 * megabyte,
    min_disk: 3,
    min_ram: 1024,
    created_at: "2026-11-03T08:00:00Z",
  },
];
