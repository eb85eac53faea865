/** What every wiring promises, the simulated one included. The real one runs in a namespace of its own (needs root). */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { HostPlan, ReportedItem } from "#contracts/neutron/host-plan.ts";
import { fakeWiring } from "#neutron/agent/wiring/fake/fake-wiring.ts";
import type { Wiring } from "#neutron/agent/wiring/wiring.ts";
import { type Lab, wiringLab } from "./wiring-lab.ts";
import { anyOut, externalNetwork, pingIn, plan, router, somePort, tenantNetwork, withHosts } from "./wiring-plan.ts";

const signal = new AbortController().signal;

function compliance(name: string, open: () => Promise<{ wiring: Wiring; end: () => Promise<void> }>): void {
  describe(`the ${name} wiring`, () => {
    const red = tenantNetwork(true);
    const outside = externalNetwork();
    const up = somePort(red.id, 11, [anyOut, pingIn]);
    const down = { ...somePort(red.id, 12, [anyOut]), admin_state_up: false };
    const odd = { ...somePort(red.id, 13, []), mac: "not a mac" };
    const way = router(red.id, outside.id, {});
    const networks = [withHosts(red, [up]), outside];
    const whole = plan({ networks, ports: [up, down], routers: [way], revision: 4 });
    let wiring: Wiring;
    let end: () => Promise<void>;

    before(async () => {
      ({ wiring, end } = await open());
    });
    after(async () => {
      await wiring.clear();
      await end();
    });

    it("reports each part once, with the plan's host and revision", async () => {
      const { report } = await wiring.apply(whole, signal);
      assert.equal(report.host, "lab");
      assert.equal(report.revision, 4);
      assert.deepEqual(statuses(report.ports), { [up.id]: "ACTIVE", [down.id]: "DOWN" });
      assert.deepEqual(statuses(report.networks), { [red.id]: "ACTIVE", [outside.id]: "ACTIVE" });
      assert.deepEqual(statuses(report.routers), { [way.id]: "ACTIVE" });
    });

    it("changes nothing the second time, and shows what is there", async () => {
      assert.deepEqual((await wiring.apply(whole, signal)).changes, []);
      const seen = await wiring.observe();
      assert.deepEqual(seen.namespaces, [`qdhcp-${red.id}`, `qrouter-${way.id}`].sort());
      assert.deepEqual(seen.dhcp, [red.id]);
      assert.deepEqual(seen.metadata, seen.namespaces);
      assert.equal(seen.devices.length, 7);
      assert.ok(seen.devices.includes(`tap${up.id.slice(0, 11)}`));
    });

    it("refuses a malformed port with a reason and keeps the others", async () => {
      const { report } = await wiring.apply({ ...whole, ports: [...whole.ports, odd] }, signal);
      assert.equal(statuses(report.ports)[up.id], "ACTIVE");
      assert.match(report.ports.find((port) => port.id === odd.id)?.reason ?? "", /not a valid MAC/);
    });

    it("refuses what it cannot build yet", async () => {
      const vxlan = { vni: 1, local_address: "192.0.2.1", peer_addresses: [] };
      const far = { ...tenantNetwork(false), vxlan };
      const { report } = await wiring.apply({ ...whole, networks: [...networks, far] }, signal);
      assert.equal(statuses(report.networks)[far.id], "ERROR");
      assert.equal(statuses(report.networks)[red.id], "ACTIVE");
    });

    it("removes what the plan no longer names", async () => {
      await wiring.apply(plan({ networks: [{ ...red, dhcp: networks[0]?.dhcp ?? red.dhcp }], ports: [up] }), signal);
      const seen = await wiring.observe();
      assert.deepEqual(seen.namespaces, [`qdhcp-${red.id}`]);
      assert.equal(seen.devices.length, 3);
    });

    it("stops when told", async () => {
      await assert.rejects(wiring.apply(whole, AbortSignal.abort(new Error("told to stop"))), /told to stop/);
    });

    it("leaves nothing after clear", async () => {
      await wiring.apply(whole, signal);
      await wiring.clear();
      assert.deepEqual(await wiring.observe(), { devices: [], namespaces: [], dhcp: [], metadata: [] });
    });
  });
}

const statuses = (items: readonly ReportedItem[]): Record<string, string> =>
  Object.fromEntries(items.map((item) => [item.id, item.status]));

compliance("simulated", async () => ({ wiring: fakeWiring(), end: async () => undefined }));
compliance("linux-bridge", async () => {
  const lab = await wiringLab();
  return { wiring: lab.wiring(), end: lab.end };
});

describe("two clouds on one host", () => {
  let lab: Lab;
  before(async () => {
    lab = await wiringLab();
  });
  after(() => lab.end());

  it("do not see one another, and one goes without the other", async () => {
    const first = lab.wiring();
    const second = lab.wiring(`${lab.cloud_id}-2`);
    const make = (): HostPlan => {
      const network = tenantNetwork(false);
      return plan({ networks: [network], ports: [somePort(network.id, 11, [anyOut])] });
    };
    const [one, two] = [make(), make()];
    await first.apply(one, signal);
    await second.apply(two, signal);
    assert.deepEqual((await first.apply(one, signal)).changes, []);
    const untouched = await second.observe();
    await first.clear();
    assert.deepEqual(await second.observe(), untouched);
    assert.deepEqual((await second.apply(two, signal)).changes, []);
    const stolen = await first.apply(two, signal);
    assert.match(stolen.report.networks[0]?.reason ?? "", /belongs to cumulet:/);
    assert.deepEqual((await second.apply(two, signal)).changes, []);
    await first.clear();
    await second.clear();
  });
});
