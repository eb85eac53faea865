import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { backendHeaders, guestIndex } from "./identity.ts";

const port = (id: string, network_id: string, device_id: string): HostPlan["ports"][number] => ({
  id,
  network_id,
  mac: "fa:16:3e:00:00:01",
  addresses: ["10.0.0.5"],
  mtu: 1500,
  admin_state_up: true,
  port_security: true,
  allowed_address_pairs: [],
  rules: [],
  device_id,
  project_id: `project of ${device_id}`,
});
const leg = (network_id: string) => ({ port_id: "x", network_id, mac: "", address_cidrs: [] });
const plan: HostPlan = {
  host: "h",
  revision: 1,
  networks: [],
  ports: [port("p1", "red", "vm1"), port("p2", "blue", "vm2"), port("p3", "green", "")],
  routers: [
    { id: "one", admin_state_up: true, interfaces: [leg("red")], floating_ips: [], routes: [] },
    { id: "both", admin_state_up: true, interfaces: [leg("red"), leg("blue")], floating_ips: [], routes: [] },
  ],
  metadata: { enabled: true },
};

test("a guest is found by the place and the address, or not at all", () => {
  const find = guestIndex(plan);
  assert.equal(find({ kind: "network", id: "blue" }, "10.0.0.5")?.instance_id, "vm2");
  assert.equal(find({ kind: "router", id: "one" }, "10.0.0.5")?.instance_id, "vm1");
  assert.equal(find({ kind: "router", id: "both" }, "10.0.0.5"), undefined, "two guests answer to it");
  assert.equal(find({ kind: "network", id: "green" }, "10.0.0.5"), undefined, "no server");
  assert.equal(find({ kind: "network", id: "red" }, "10.0.0.6"), undefined);
  assert.equal(find({ kind: "router", id: "red" }, "10.0.0.5"), undefined);
});

test("a guest cannot say who it is", () => {
  const guest = { instance_id: "vm1", project_id: "p" };
  const forged = { "x-instance-id": "vm2", "x-tenant-id": "q", "x-forwarded-for": "1.1.1.1", "x-instance-id-signature": "s", x_tenant_id: "q", "x-metadata-provider": "m", authorization: "a", host: "h", accept: "*/*" }; // prettier-ignore
  assert.deepEqual(backendHeaders(forged, guest, "10.0.0.5", "key"), {
    accept: "*/*",
    "x-forwarded-for": "10.0.0.5",
    "x-instance-id": "vm1",
    "x-tenant-id": "p",
    "x-instance-id-signature": createHmac("sha256", "key").update("vm1").digest("hex"),
  });
});
