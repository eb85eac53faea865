import assert from "node:assert/strict";
import { test } from "node:test";
import { storeCompliance } from "../store-compliance.ts";
import { makeFakeStore } from "./fake-store.ts";

storeCompliance("fake store", async () => makeFakeStore());

test("fake store: its cap is a full disc, and a failed write gives the room back", async () => {
  const store = makeFakeStore({ capacity_bytes: 1000 });
  const source = async function* (size: number): AsyncGenerator<Buffer> {
    yield Buffer.alloc(size);
  };
  await store.write("a", source(600));
  await assert.rejects(store.write("b", source(600)), { code: "store_full" });
  await store.write("c", source(400));
  await store.delete("a");
  await store.write("b", source(600));
});
