import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicySyntaxError, parseRule } from "./parse.ts";
import { makePolicy } from "./policy.ts";

const rules = {
  admin_api: "role:admin",
  owner: "project_id:%(project_id)s",
  member_or_admin: "rule:admin_api or (role:member and rule:owner)",
  nobody: "!",
  anybody: "@",
  always: "",
  not_reader: "not role:reader",
  literal: "'shared':%(kind)s",
  nested: "user_id:%(target.user.id)s",
  system: "role:reader and system_scope:all",
};
const policy = makePolicy(rules);
const member = { roles: ["Member"], project_id: "p1", user_id: "u1" };

test("roles are compared without case, and rules refer to rules", () => {
  assert.equal(policy.allows("member_or_admin", member, { project_id: "p1" }), true);
  assert.equal(policy.allows("member_or_admin", member, { project_id: "p2" }), false);
  assert.equal(policy.allows("member_or_admin", { roles: ["admin"] }, { project_id: "p2" }), true);
});

test("a target value that is missing fails the check instead of matching a missing credential", () => {
  assert.equal(policy.allows("owner", { roles: [] }, {}), false);
  assert.equal(policy.allows("owner", { roles: [], project_id: null }, { project_id: null }), false);
});

test("constants, negation, literals, nested targets and system scope", () => {
  assert.equal(policy.allows("nobody", member, {}), false);
  assert.equal(policy.allows("anybody", member, {}), true);
  assert.equal(policy.allows("always", member, {}), true);
  assert.equal(policy.allows("not_reader", member, {}), true);
  assert.equal(policy.allows("literal", member, { kind: "shared" }), true);
  assert.equal(policy.allows("nested", member, { target: { user: { id: "u1" } } }), true);
  assert.equal(policy.allows("system", { roles: ["reader"], system_scope: "all" }, {}), true);
  assert.equal(policy.allows("unknown", { roles: ["admin"] }, {}), false);
});

test("a rule that cannot be read is refused", () => {
  for (const text of ["role:admin or", "(role:admin", "role:admin)", "admin", "role:a role:b"]) {
    assert.throws(() => parseRule(text), PolicySyntaxError, text);
  }
});
