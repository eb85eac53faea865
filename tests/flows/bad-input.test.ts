/**
 * Bad input gets the service's own OpenStack error, and nothing changes: tables of bad requests against a whole cloud,
 * each refused in the right words and shape, and afterwards everything in the cloud is as it was.
 */
import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { startWorld, type World } from "#tests/support/world.ts";
import { computeRows, serverCreateRows, serverRows } from "./bad-input/compute.ts";
import { expectImageRefused, hostileImages } from "./bad-input/hostile-images.ts";
import { identityRows, loginRows, placementRows } from "./bad-input/identity.ts";
import { networkRows, portRows, routerRows, securityRows } from "./bad-input/network.ts";
import { closeQuotas, quotaRows } from "./bad-input/quotas.ts";
import { expectRefusal, type Row } from "./bad-input/row.ts";
import { expectUnchanged, settledSnapshot } from "./bad-input/snapshot.ts";
import { imageRows, volumeRows } from "./bad-input/storage.ts";
import { byPassword, spendTokens } from "./bad-input/tokens.ts";
import { tokenRows, wireRows } from "./bad-input/wire.ts";

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const tables: Record<string, (world: World) => Row[]> = {
  "bodies, paths, methods and versions": wireRows,
  "log-in": loginRows,
  identity: identityRows,
  placement: placementRows,
  "new servers": serverCreateRows,
  servers: serverRows,
  "flavors, key pairs and the rest of compute": computeRows,
  "networks and subnets": networkRows,
  ports: portRows,
  "routers and floating addresses": routerRows,
  "security groups and tags": securityRows,
  volumes: volumeRows,
  images: imageRows,
};

async function expectAllRefused(t: TestContext, rows: readonly Row[]): Promise<void> {
  const was = await settledSnapshot(world);
  for (const row of rows) await t.test(`${row.service}: ${row.what}: ${row.status}`, () => expectRefusal(world, row));
  await t.test("nothing is changed", () => expectUnchanged(world, was));
}

describe("what is refused, and changes nothing", () => {
  for (const [name, rowsOf] of Object.entries(tables)) {
    test(name, (t) => expectAllRefused(t, rowsOf(world)));
  }

  test("tokens that are none any more, at every service at once", async (t) => {
    await expectAllRefused(t, tokenRows(world, await spendTokens(world)));
  });

  test("whatever is over quota", async (t) => {
    const was = await settledSnapshot(world);
    const open = await closeQuotas(world);
    for (const row of quotaRows(world))
      await t.test(`${row.service}: ${row.what}: ${row.status}`, () => expectRefusal(world, row));
    await open();
    await t.test("nothing is changed", () => expectUnchanged(world, was));
  });

  test("hostile images, of which nothing is kept", async (t) => {
    const was = await settledSnapshot(world);
    for (const image of hostileImages) await t.test(image[0], () => expectImageRefused(world, image));
    await t.test("nothing is changed", () => expectUnchanged(world, was));
  });
});

test("who guesses at log-in learns nothing: one answer for wrong, unknown and disabled, at a like cost", async () => {
  const user = { name: "disabled", password: "right", domain_id: "default", enabled: false };
  assert.equal((await world.ask("admin", "POST", "identity", "/v3/users", { body: { user } })).status, 201);
  const guesses: [string, string][] = [
    ["demo", "wrong"],
    ["nobody", "wrong"],
    ["disabled", "right"],
  ];
  const seen: unknown[] = [];
  for (const [name, password] of guesses) {
    const { status, body } = await byPassword(world, name, password);
    seen.push([status, body]);
  }
  assert.deepEqual(new Set(seen.map((one) => JSON.stringify(one))).size, 1, JSON.stringify(seen));
  const [wrong, unknown] = [await medianCost_ms("demo"), await medianCost_ms("nobody")];
  // Hashing takes nearly all of it: without it, an unknown name would be answered many times faster.
  assert.ok(unknown > wrong / 3 && wrong > unknown / 3, `wrong password ${wrong} ms, unknown user ${unknown} ms`);
});

async function medianCost_ms(name: string): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const start = performance.now();
    await byPassword(world, name, `wrong-${round}`);
    costs.push(performance.now() - start);
  }
  return costs.sort((a, b) => a - b)[4] ?? 0;
}
