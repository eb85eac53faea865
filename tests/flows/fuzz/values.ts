/** Values for a schema: nearly right ones, so that they come far, and wrong ones for every place. */
import type { SchemaNode } from "#contracts/kit/fields.ts";
import type { Things } from "#tests/support/world.ts";
import type { Random } from "./random.ts";

const texts: readonly string[] = [
  "",
  " ",
  "a",
  "default",
  "null",
  "0",
  "1",
  "-1",
  "4",
  "1.5",
  "1e999",
  "NaN",
  "true",
  "x".repeat(300),
  "y".repeat(70_000),
  "../../etc/passwd",
  "' OR '1'='1",
  "%s%n{0}",
  "a\nb",
  "a\u0000b",
  "\ud800",
  "日本語",
  "🙂".repeat(70),
  "\u202Eabc",
  "<b>&amp;",
  "__proto__",
  "constructor",
  "toString",
  "10.0.0.5",
  "10.9.0.0/24",
  "0.0.0.0/0",
  "::/0",
  "fd00::1",
  "fa:16:3e:00:00:01",
  "2026-01-01T00:00:00Z",
  "9999-99-99",
  "nova",
  "sim1",
  "tcp",
  "in:a,b",
  "gt:5",
  "11111111-2222-3333-4444-555555555555",
];
/** Texts that are all right nearly everywhere. */
const plain: readonly string[] = [
  "a",
  "fuzz",
  "b-1",
  "default",
  "public",
  "active",
  "true",
  "0",
  "1",
  "2",
  "ipv4",
  "raw",
  "bare",
  "VCPU",
  "CUSTOM_A",
];
const numbers: readonly number[] = [
  0,
  1,
  -1,
  2,
  4,
  6,
  64,
  1.5,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e300,
];

export interface Values {
  /** A value that a schema may allow; `name` is the key under which it stands. */
  of(schema: SchemaNode, name?: string): unknown;
  /** The same with something in it bent. */
  bent(value: unknown): unknown;
  junk(): unknown;
  text(): string;
  id(): string;
}

/** Keys that name things: with the right thing there, a request comes further. */
function known(things: Things): Record<string, unknown> {
  return {
    network_id: things.network,
    floating_network_id: things.public_network,
    subnet_id: things.subnet,
    port_id: things.port,
    security_group_id: things.security_group,
    router_id: things.router,
    imageRef: things.image,
    image_id: things.image,
    flavorRef: "42",
    volumeId: things.volume,
    project_id: things.other_project,
    tenant_id: things.other_project,
    cidr: "10.9.0.0/24",
    ip_version: 4,
    ip_address: "10.0.0.77",
    size: 1,
    name: "fuzz",
    domain_id: "default",
    resource_provider_generation: things.provider_generation,
  };
}

export function makeValues(random: Random, things: Things): Values {
  const id = (): string => String(random.pick(Object.values(things)));
  const text = (): string => (random.chance(0.25) ? id() : random.pick(texts));
  const junk = (): unknown =>
    random.pick<() => unknown>([
      text,
      text,
      () => random.pick(numbers),
      () => null,
      () => random.chance(0.5),
      () => [],
      () => ({}),
      () => [text(), random.pick(numbers)],
      () => ({ [text()]: text() }),
      () => [[[[{}]]]],
    ])();
  const byType: Record<string, (schema: SchemaNode, name: string) => unknown> = {
    string: (schema) => (schema["format"] === "uuid" ? id() : random.chance(0.6) ? random.pick(plain) : text()),
    integer: () => (random.chance(0.5) ? random.pick([1, 2, 4]) : random.pick(numbers)),
    number: () => random.pick(numbers),
    boolean: () => random.chance(0.5),
    null: () => null,
    array: (schema, name) => Array.from({ length: random.below(4) }, () => of(schema.items ?? {}, name)),
    object: (schema) => objectOf(schema),
  };
  function objectOf({ properties = {}, required = [], additionalProperties }: SchemaNode): Record<string, unknown> {
    const chosen = Object.entries(properties).filter(([key]) => random.chance(required.includes(key) ? 0.98 : 0.2));
    const made = Object.fromEntries(chosen.map(([key, schema]) => [schema["x-name"] ?? key, of(schema, key)]));
    if (typeof additionalProperties === "object" && random.chance(0.7))
      made[random.pick(plain)] = of(additionalProperties);
    if (random.chance(0.02)) made[text()] = junk();
    return made;
  }
  function of(schema: SchemaNode, name = ""): unknown {
    const named = known(things);
    if (Object.hasOwn(named, name) && random.chance(0.75)) return named[name];
    if (Array.isArray(schema["enum"])) return random.pick(schema["enum"] as unknown[]);
    if ("const" in schema) return schema["const"];
    const parts = schema.anyOf ?? schema.oneOf;
    if (parts && parts.length > 0) return of(random.pick(parts), name);
    const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
    return byType[type ?? ""]?.(schema, name) ?? junk();
  }
  function bent(value: unknown): unknown {
    if (random.chance(0.2) || typeof value !== "object" || value === null) return junk();
    const entries = Object.entries(value);
    const at = random.below(entries.length + 1);
    if (Array.isArray(value)) return value.map((one, place) => (place === at ? bent(one) : one));
    const spoiled = entries.flatMap(([key, one], place) => {
      if (place !== at) return [[key, one]];
      return random.chance(0.2) ? [] : [[random.chance(0.1) ? text() : key, bent(one)]];
    });
    return Object.fromEntries(at === entries.length ? [...spoiled, [text(), junk()]] : spoiled);
  }
  return { of, bent, junk, text, id };
}
