import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../i18n/en.ts";
import type { Translate } from "../i18n/i18n.ts";
import { ApiError, describeError, messageIn } from "./errors.ts";

const t: Translate = (id, ..._values) => en[id];

test("the sentence is found in each service's envelope", () => {
  const envelopes: [string, unknown][] = [
    ["nova", { badRequest: { code: 400, message: "said" } }],
    ["cinder", { overLimit: { code: 413, message: "said", retryAfter: "0" } }],
    ["neutron", { NeutronError: { type: "X", message: "said", detail: "" } }],
    ["old neutron", { NeutronError: "said" }],
    ["keystone", { error: { code: 401, message: "said", title: "t" } }],
    ["glance", { message: "said", code: "400 Bad Request" }],
    ["placement", { errors: [{ status: 400, title: "Bad", detail: "said" }] }],
  ];
  for (const [name, body] of envelopes) assert.equal(messageIn(body, ""), "said", name);
  assert.equal(messageIn(undefined, "<html><body><h1>502</h1>\n said</body></html>"), "502 said");
});

test("each kind of failure comes with advice of its own", () => {
  const title = (status: number, message = "") => describeError(new ApiError(status, message), t).title;
  assert.equal(title(0), en["error.network"]);
  assert.equal(title(403, "Policy doesn't allow it"), en["error.forbidden"]);
  assert.equal(title(403, "Quota exceeded for instances"), en["error.quota"]);
  assert.equal(title(409, "Quota exceeded for resources: ['port']"), en["error.quota"]);
  assert.equal(title(409, "Cannot 'stop' instance"), en["error.conflict"]);
  assert.equal(title(404), en["error.missing"]);
  assert.equal(title(501), en["error.unbuilt"]);
  assert.equal(title(503), en["error.server"]);
  assert.equal(title(400), en["error.bad"]);
});
