import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { backendCompliance } from "../backend-compliance.ts";
import { makeFakeBackend } from "./fake-backend.ts";

backendCompliance("fake backend", async () => makeFakeBackend());

test("fake backend: it says that it is one, and keeps its ledger over restarts", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "cumulet-fake-volumes-"));
  const ledger_path = path.join(folder, "volumes.json");
  const id = "11111111-1111-4111-8111-111111111111";
  await makeFakeBackend({ ledger_path }).create(id, 3);
  const again = makeFakeBackend({ ledger_path, total_gb: 4 });
  assert.deepEqual([await again.list(), again.simulated, (await again.capacity()).free_gb], [[id], true, 1]);
  await assert.rejects(again.create("22222222-2222-4222-8222-222222222222", 2), { code: "backend_full" });
  await rm(folder, { recursive: true });
});
