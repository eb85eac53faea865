import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { flow, volumeSteps } from "#contracts/flow.ts";
import { eventually, startTestCloud, type Answer, type TestCloud } from "#tests/support/cloud.ts";

let cloud: TestCloud;
let token: string;

before(async () => {
  cloud = await startTestCloud({ hosts: 2 });
  token = await cloud.demo();
});
after(() => cloud.stop());

const first = async (service: "image" | "network" | "compute", path: string, key: string): Promise<string> =>
  (await cloud.ask("GET", service, path, { token })).body[key][0].id as string;

async function serverBody(name: string, extra: object = {}): Promise<object> {
  const imageRef = await first("image", "/v2/images", "images");
  const network = await first("network", "/v2.0/networks?router:external=false", "networks");
  return { server: { name, imageRef, flavorRef: "42", networks: [{ uuid: network }], ...extra } };
}

function settled(id: string): Promise<Answer["body"]> {
  return eventually(`server ${id} to settle`, async () => {
    const { body } = await cloud.ask("GET", "compute", `/v2.1/servers/${id}`, { token });
    return body.server.status === "BUILD" ? undefined : body.server;
  });
}

async function traceOf(id: string): Promise<Answer["body"]> {
  return eventually("the whole trace", async () => {
    const { body } = await cloud.ask("GET", "trace", `/v1/servers/${id}`, { token });
    return body.steps?.some((step: { step: number }) => step.step === 29) ? body : undefined;
  });
}

describe("a server is created", () => {
  test("ACTIVE with an address, and every step of the flow is a span of its own component, in order", async () => {
    const { status, body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
      token,
      body: await serverBody("one"),
    });
    assert.equal(status, 202, JSON.stringify(body));
    const server = await settled(body.server.id);
    assert.equal(server.status, "ACTIVE", JSON.stringify(server.fault));
    assert.match(server.addresses.private[0].addr, /^10\.0\.0\.\d+$/);
    const trace = await traceOf(body.server.id);
    const expected = flow.filter((row) => !volumeSteps.includes(row.step));
    assert.deepEqual(
      trace.steps.map((step: { step: number }) => step.step),
      expected.map((row) => row.step),
    );
    assert.deepEqual(trace.skipped, volumeSteps);
    const components = trace.steps.map((step: { component: string }) => step.component);
    // Nobody used the dashboard here: Keystone itself saw the log-in come.
    assert.deepEqual(
      components,
      expected.map((row) => (row.step === 1 ? "keystone" : row.component)),
    );
    const starts = trace.steps.map((step: { start: string }) => step.start);
    assert.deepEqual(starts, [...starts].sort());
  });

  test("with a volume, steps 26 to 28 are there too", async () => {
    const image = await first("image", "/v2/images", "images");
    const device = {
      boot_index: 0,
      uuid: image,
      source_type: "image",
      destination_type: "volume",
      volume_size: 1,
      delete_on_termination: true,
    };
    const created = await serverBody("with-volume", { imageRef: "", block_device_mapping_v2: [device] });
    const { status, body } = await cloud.ask("POST", "compute", "/v2.1/servers", { token, body: created });
    assert.equal(status, 202, JSON.stringify(body));
    assert.equal((await settled(body.server.id)).status, "ACTIVE");
    const trace = await traceOf(body.server.id);
    assert.deepEqual(
      trace.steps.map((step: { step: number }) => step.step),
      flow.map((row) => row.step),
    );
  });

  test("a server that fits nowhere ends in ERROR, says why, and holds nothing", async () => {
    const admin = await cloud.admin();
    const flavor = { flavor: { id: "huge", name: "huge", ram: 10_000_000, vcpus: 1, disk: 1 } };
    await cloud.ask("POST", "compute", "/v2.1/flavors", { token: admin, body: flavor });
    await cloud.ask("PUT", "compute", `/v2.1/os-quota-sets/${await projectId()}`, {
      token: admin,
      body: { quota_set: { ram: -1 } },
    });
    const { body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
      token,
      body: await serverBody("huge", { flavorRef: "huge" }),
    });
    const server = await settled(body.server.id);
    assert.equal(server.status, "ERROR");
    assert.match(server.fault.message, /No valid host was found/);
    const ports = await cloud.ask("GET", "network", `/v2.0/ports?device_id=${body.server.id}`, { token });
    assert.deepEqual(ports.body.ports, []);
    await cloud.ask("DELETE", "compute", `/v2.1/servers/${body.server.id}`, { token });
    await gone(body.server.id);
  });

  test("a host on which guests do not start is left for another; the user sees only ACTIVE", async () => {
    const metadata = { "fake:fail_at": "start", "fake:fail_on": "sim1" };
    // Both hosts get one of the two: whichever is chosen first, one create has to move.
    for (const name of ["moved-1", "moved-2"]) {
      const { body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
        token,
        body: await serverBody(name, { metadata }),
      });
      const server = await settled(body.server.id);
      assert.equal(server.status, "ACTIVE", JSON.stringify(server.fault));
      assert.equal(await hostOf(body.server.id), "sim2");
      const { body: listed } = await cloud.ask("GET", "network", `/v2.0/ports?device_id=${body.server.id}`, { token });
      assert.equal(listed.ports.length, 1);
    }
  });

  test("when no host can start it, ERROR says the last reason and nothing is left", async () => {
    const { body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
      token,
      body: await serverBody("never", { metadata: { "fake:fail_at": "start" } }),
    });
    const server = await settled(body.server.id);
    assert.equal(server.status, "ERROR");
    assert.match(
      server.fault.message,
      /^Exceeded maximum number of retries\..*Last exception: start: the simulated guest fails/,
    );
    const { body: listed } = await cloud.ask("GET", "network", `/v2.0/ports?device_id=${body.server.id}`, { token });
    assert.deepEqual(listed.ports, []);
    const claim = await cloud.ask("GET", "placement", `/allocations/${body.server.id}`, { token: await cloud.admin() });
    assert.deepEqual(claim.body.allocations, {});
  });
});

describe("a server is deleted", () => {
  test("its port, its claim and its row go with it", async () => {
    const { body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
      token,
      body: await serverBody("short-lived"),
    });
    await settled(body.server.id);
    assert.equal((await cloud.ask("DELETE", "compute", `/v2.1/servers/${body.server.id}`, { token })).status, 204);
    await gone(body.server.id);
    const ports = await cloud.ask("GET", "network", `/v2.0/ports?device_id=${body.server.id}`, { token });
    assert.deepEqual(ports.body.ports, []);
    const claim = await cloud.ask("GET", "placement", `/allocations/${body.server.id}`, { token: await cloud.admin() });
    assert.deepEqual(claim.body.allocations, {});
  });

  test("also while it is still being built", async () => {
    const { body } = await cloud.ask("POST", "compute", "/v2.1/servers", {
      token,
      body: await serverBody("unborn", { metadata: { "fake:delay_ms": "300" } }),
    });
    assert.equal((await cloud.ask("DELETE", "compute", `/v2.1/servers/${body.server.id}`, { token })).status, 204);
    await gone(body.server.id);
    const ports = await cloud.ask("GET", "network", `/v2.0/ports?device_id=${body.server.id}`, { token });
    assert.deepEqual(ports.body.ports, []);
  });
});

async function projectId(): Promise<string> {
  const { body } = await cloud.ask("GET", "identity", "/v3/auth/projects", { token });
  return body.projects[0].id as string;
}

async function gone(id: string): Promise<void> {
  await eventually(`server ${id} to be gone`, async () => {
    const { status } = await cloud.ask("GET", "compute", `/v2.1/servers/${id}`, { token });
    return status === 404 ? true : undefined;
  });
}

async function hostOf(id: string): Promise<string> {
  const { body } = await cloud.ask("GET", "compute", `/v2.1/servers/${id}`, { token: await cloud.admin() });
  return body.server["OS-EXT-SRV-ATTR:host"] as string;
}
