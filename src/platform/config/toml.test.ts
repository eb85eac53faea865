import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { ConfigError, readConfig } from "./toml.ts";

const schema = Type.Object(
  {
    api: Type.Object(
      { port: Type.Integer({ default: 8774, minimum: 0, maximum: 65535 }) },
      { default: {}, additionalProperties: false },
    ),
    log: Type.Object(
      { level: Type.Enum(["info", "debug"], { default: "info" }) },
      { default: {}, additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

const said = (text: string): string => {
  try {
    readConfig(schema, text, "cumulet.toml");
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
};

test("defaults fill what the file leaves out", () => {
  const plain = (text: string | undefined): unknown => JSON.parse(JSON.stringify(readConfig(schema, text, "x")));
  assert.deepEqual(plain(undefined), { api: { port: 8774 }, log: { level: "info" } });
  assert.deepEqual(plain("[api]\nport = 1\n"), { api: { port: 1 }, log: { level: "info" } });
});

test("an unknown key is named with its line and what is allowed", () => {
  assert.equal(said("# c\n[api]\nprot = 1\n"), "cumulet.toml:3: unknown key 'api.prot'; allowed here: port");
  assert.equal(said("[apy]\nport = 1\n"), "cumulet.toml:1: unknown key 'apy'; allowed here: api, log");
});

test("a wrong type or value is named with its line", () => {
  assert.equal(said('[api]\n\nport = "x"\n'), "cumulet.toml:3: 'api.port' must be integer, but is \"x\"");
  assert.match(
    said('[log]\nlevel = "loud"\n'),
    /^cumulet\.toml:2: 'log\.level' must be equal to one of the allowed values: "info", "debug"$/,
  );
});

test("what is not TOML is said with its line", () => {
  assert.match(said("[api]\nport = = 1\n"), /^cumulet\.toml:2: this is not TOML/);
});
