/** Versions, resources and extensions. */
import { discovery } from "#contracts/neutron/discovery.ts";
import { errors } from "#contracts/neutron/errors.ts";
import { implement, type Implementation } from "#platform/http/call.ts";
import { extensionNames } from "./extensions.ts";
import { chosen } from "./listing.ts";

/** Collections of the root document; the rest is found by the extensions. */
const collections = { network: "networks", subnet: "subnets", port: "ports" } as const;
const updated = "2026-01-01T00:00:00-00:00";

function extensionView(alias: string) {
  const [name, description] = extensionNames[alias] ?? [alias, ""];
  return { alias, name, description, updated, links: [] };
}

export function discoveryHandlers(): Implementation {
  return implement(discovery, {
    versions: (call) => ({
      versions: [{ id: "v2.0", status: "CURRENT", links: [{ rel: "self", href: call.url("/v2.0/") }] }],
    }),
    resources: (call) => ({
      resources: Object.entries(collections).map(([name, collection]) => ({
        name,
        collection,
        links: [{ rel: "self", href: call.url(`/v2.0/${collection}`) }],
      })),
    }),
    extensions: (call) => ({
      extensions: Object.keys(extensionNames).map((alias) => chosen(call, extensionView(alias))),
    }),
    extension: (call) => {
      const alias = call.params["alias"] ?? "";
      if (!Object.hasOwn(extensionNames, alias)) throw errors.extensionNotFound({ alias });
      return { extension: extensionView(alias) };
    },
  });
}
