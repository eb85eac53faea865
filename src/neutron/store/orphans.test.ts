import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kysely } from "kysely";
import { testParts } from "#tests/support/parts.ts";
import { ensureFirstContents } from "../bootstrap.ts";
import { neutronDefaults } from "../service.ts";
import { makeStore, type Store } from "./change.ts";
import { neutronMigrations } from "./migrations.ts";
import { mendOrphans } from "./orphans.ts";
import type { NeutronTables } from "./tables.ts";

async function filled(): Promise<{ db: Kysely<NeutronTables>; store: Store }> {
  const parts = testParts("neutron-server");
  const db = await parts.openDatabase<NeutronTables>({ name: "neutron", migrations: neutronMigrations });
  const { clock, ids } = parts;
  const store = makeStore({ db, clock, ids, onPlan: () => undefined, onEvents: () => undefined });
  const settings = { ...neutronDefaults, network_hosts: ["host1"] };
  const contents = {
    external_cidr: "172.24.4.0/24",
    private_cidr: "10.0.0.0/24",
    dns_nameservers: [],
    project_id: "p",
  };
  await ensureFirstContents({ store, settings, clock, ids }, contents);
  return { db, store };
}

const ownersOf = async (db: Kysely<NeutronTables>): Promise<string[]> =>
  (await db.selectFrom("ports").select("device_owner").orderBy("device_owner").execute()).map(
    (row) => row.device_owner,
  );

test("a cloud in order needs no mending", async () => {
  const { db, store } = await filled();
  assert.deepEqual(await store.change((change) => mendOrphans(change, ["host1"])), []);
  await db.destroy();
});

test("ports of a router that is gone go with their addresses; DHCP without a port gets one", async () => {
  const { db, store } = await filled();
  await db.deleteFrom("routers").execute();
  await db.deleteFrom("ports").where("device_owner", "=", "network:dhcp").execute();
  const findings = await store.change((change) => mendOrphans(change, ["host1"]));
  assert.equal(findings.length, 4, findings.join("\n"));
  assert.deepEqual(await ownersOf(db), ["network:dhcp"]);
  const held = await db
    .selectFrom("allocations")
    .innerJoin("ports", "ports.id", "allocations.port_id")
    .select("ports.id")
    .execute();
  assert.equal(held.length, 1);
  assert.equal((await db.selectFrom("allocations").selectAll().execute()).length, 1);
  assert.deepEqual(await store.change((change) => mendOrphans(change, ["host1"])), []);
  await db.destroy();
});

test("DHCP and routers follow the hosts that carry them", async () => {
  const { db, store } = await filled();
  const findings = await store.change((change) => mendOrphans(change, ["host9"]));
  assert.equal(findings.length, 3);
  const hosts = await db.selectFrom("ports").select("host_id").distinct().execute();
  assert.deepEqual(
    hosts.map((row) => row.host_id),
    ["host9"],
  );
  await db.destroy();
});
