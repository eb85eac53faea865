import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { systemIds } from "#platform/ids/ids.ts";
import { seal, unseal } from "./fernet.ts";
import { openKeyRepository, rotate } from "./key-repository.ts";
import { pack, unpack, type ScopeRef, type TokenPayload } from "./payload.ts";

const ids = systemIds();
const key = ids.bytes(32);

test("the Fernet specification's own example is read", () => {
  const secret = Buffer.from("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "base64url");
  const iv = Buffer.from(Array.from({ length: 16 }, (_none, at) => at));
  const token = seal({ key: secret, payload: Buffer.from("hello"), now_ms: 499_162_800_000, iv });
  assert.equal(
    token,
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA",
  );
  assert.equal(unseal(token, [key, secret])?.toString(), "hello");
});

const id = fc.oneof(
  fc.uuid().map((text) => text.replaceAll("-", "")),
  fc.constantFrom("default", "x", "ABCDEF".repeat(5)),
);
const generation = fc.nat({ max: 2 ** 31 });
const scope: fc.Arbitrary<ScopeRef> = fc.oneof(
  fc.constantFrom<ScopeRef>({ kind: "unscoped" }, { kind: "system" }),
  fc.record(
    { kind: fc.constantFrom("project" as const, "domain" as const), id, generation },
    { noNullPrototype: true },
  ),
);
const time = fc.integer({ min: 0, max: 2 ** 47 });
const plain: fc.Arbitrary<TokenPayload> = fc.record(
  {
    methods: fc.subarray(["password", "token", "totp"] as const).map((methods) => [...methods]),
    user_id: id,
    user_generation: generation,
    scope,
    issued_at: time,
    expires_at: time,
    audit_ids: fc.array(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
      {
        maxLength: 2,
      },
    ),
  },
  { noNullPrototype: true },
);

const payload = fc.oneof(
  plain,
  fc
    .tuple(plain, id)
    .map(([one, credential_id]) => ({ ...one, methods: ["application_credential" as const], credential_id })),
);

test("whatever is put into a token comes out of it", () => {
  fc.assert(
    fc.property(payload, (value) => {
      const token = seal({ key, payload: pack(value), now_ms: 1, iv: ids.bytes(16) });
      const bytes = unseal(token, [key]);
      assert.ok(bytes);
      assert.deepEqual(unpack(bytes), value);
    }),
  );
});

test("a token with any one byte changed is no token", () => {
  const token = Buffer.from(seal({ key, payload: Buffer.from("hello"), now_ms: 1, iv: ids.bytes(16) }), "base64url");
  for (let at = 0; at < token.length; at += 1) {
    const changed = Buffer.from(token);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(unseal(changed.toString("base64url"), [key]), undefined, `byte ${at}`);
  }
});

test("keys rotate: the staged one becomes primary, old tokens stay good, files are for their owner alone", async () => {
  const dir = await mkdtemp(join(tmpdir(), "cumulet-keys-"));
  const repository = await openKeyRepository(dir, ids);
  const before = repository.ring();
  const token = seal({ key: before.primary, payload: Buffer.from("old"), now_ms: 1, iv: ids.bytes(16) });
  await rotate(dir, ids);
  const after = await repository.reload();
  assert.deepEqual(after.primary, before.all.at(-1), "the staged key became primary");
  assert.equal(unseal(token, after.all)?.toString(), "old");
  for (let times = 0; times < 5; times += 1) await rotate(dir, ids);
  assert.equal((await readdir(dir)).length, 4, "three active and one staged");
  assert.equal(unseal(token, (await repository.reload()).all), undefined, "keys that are gone check nothing");
  assert.equal((await stat(join(dir, "0"))).mode & 0o077, 0);
  await rm(dir, { recursive: true });
});
