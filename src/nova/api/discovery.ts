/** The version documents. Clients take the self link for the endpoint: it is made from the cloud's public URL. */
import { errors } from "#contracts/nova/errors.ts";
import { discovery, extension } from "#contracts/nova/discovery.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { extensions } from "./extensions.ts";
import { novaVersionIds, novaVersions } from "./versions.ts";

export function discoveryHandlers(): Implementation {
  const current = (call: Call) => ({ version: { ...versionOf(call), "media-types": mediaTypes } });
  return implement(discovery, {
    root: (call) => ({ versions: [oldVersion(call), { ...versionOf(call), links: [self(call)] }] }),
    current,
    show(call) {
      if (!novaVersionIds.includes(call.params["id"] ?? ""))
        throw errors.notFound({ reason: "The resource could not be found." });
      return current(call);
    },
  });
}

const updated = "2013-07-23T11:33:21Z";
const mediaTypes = [{ base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" }];

function self(call: Pick<Call, "url">) {
  return { rel: "self", href: call.url("/v2.1/") };
}

function versionOf(call: Pick<Call, "url">) {
  const described = { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" };
  return {
    id: "v2.1",
    status: "CURRENT",
    version: novaVersions.max,
    min_version: novaVersions.min,
    updated,
    links: [self(call), described],
  };
}

function oldVersion(call: Pick<Call, "url">) {
  const links = [{ rel: "self", href: call.url("/v2/") }];
  return { id: "v2.0", status: "SUPPORTED", version: "", min_version: "", updated: "2011-01-21T11:33:21Z", links };
}

export function extensionHandlers(): Implementation {
  return implement(extension, {
    list: () => ({ extensions: extensions.map(viewExtension) }),
    show(call) {
      const found = extensions.find(([alias]) => alias === call.params["alias"]);
      if (!found) throw errors.notFound({ reason: "The resource could not be found." });
      return { extension: viewExtension(found) };
    },
  });
}

function viewExtension([alias, name]: readonly [string, string]) {
  const namespace = "http://docs.openstack.org/compute/ext/fake_xml";
  return { alias, name, namespace, updated: "2014-12-03T00:00:00Z", description: name, links: [] };
}
