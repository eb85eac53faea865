/** The version documents; asked without a token, with and without the last slash. */
import { version } from "#contracts/keystone/version.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";

function describe(call: Call) {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: call.url("/v3/") }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
}

export function versionHandlers(): Implementation {
  return implement(version, {
    list: (call) => new Reply({ versions: { values: [describe(call)] } }, { headers: { Location: call.url("/v3/") } }),
    show: (call) => ({ version: describe(call) }),
  });
}
