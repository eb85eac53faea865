/** What goes wrong before anybody looks at what was meant: tokens, paths, methods, bodies, versions. For every service. */
import type { ServiceName } from "#platform/http/client.ts";
import type { World } from "#tests/support/world.ts";
import { rowsOf, unknownId, type Row } from "./row.ts";

interface Subject {
  service: ServiceName;
  /** A list that every member may read. */
  list: string;
  /** Where something is made with a JSON body, and the key of the body. */
  create: string;
  key: string;
  /** An item that is there, on which DELETE and GET exist, and a method that it does not know. */
  item: string;
  unknownMethod: "PATCH" | "PUT" | "POST";
  /** The name by which the service is called in version headers, and its largest version. */
  version?: { name: string; max: string };
}

function subjects({ things }: World): Subject[] {
  return [
    {
      service: "compute",
      list: "/v2.1/servers",
      create: "/v2.1/servers",
      key: "server",
      item: `/v2.1/servers/${things.server}`,
      unknownMethod: "PATCH",
      version: { name: "compute", max: "2.93" },
    },
    {
      service: "volume",
      list: "/v3/volumes",
      create: "/v3/volumes",
      key: "volume",
      item: `/v3/volumes/${things.volume}`,
      unknownMethod: "PATCH",
      version: { name: "volume", max: "3.70" },
    },
    {
      service: "network",
      list: "/v2.0/networks",
      create: "/v2.0/networks",
      key: "network",
      item: `/v2.0/networks/${things.network}`,
      unknownMethod: "PATCH",
    },
    {
      service: "image",
      list: "/v2/images",
      create: "/v2/images",
      key: "image",
      item: `/v2/images/${things.private_image}`,
      unknownMethod: "POST",
    },
    {
      service: "identity",
      list: "/v3/auth/projects",
      create: "/v3/users",
      key: "user",
      item: `/v3/users/${things.stranger_user}`,
      unknownMethod: "PUT",
    },
    {
      service: "placement",
      list: "/resource_providers",
      create: "/resource_providers",
      key: "resource_provider",
      item: `/resource_providers/${things.provider}`,
      unknownMethod: "PATCH",
      version: { name: "placement", max: "1.39" },
    },
  ];
}

/** Tokens that were good once. */
export interface SpentTokens {
  expired: string;
  revoked: string;
  /** Names no project. */
  unscoped: string;
}

export function tokenRows(world: World, spent: SpentTokens): Row[] {
  const bad: [string, Row["who"]][] = [
    ["no token", null],
    ["an empty token", { token: "" }],
    ["a token that is rubbish", { token: "gAAAAAB-not-a-token" }],
    ["a token of 8 000 letters", { token: "A".repeat(8000) }],
    ["a good token with a letter more", { token: `${world.tokens.member}x` }],
    ["a good token with its middle changed", { token: changed(world.tokens.member) }],
    ["an expired token", { token: spent.expired }],
    ["a revoked token", { token: spent.revoked }],
  ];
  return subjects(world).flatMap(({ service, list, create, item }) =>
    bad.flatMap(([what, who]) => {
      const row = rowsOf(service, { who: who ?? null });
      return [
        row(401, `${what}: list`, `GET ${list}`),
        row(401, `${what}: create, and the body is not even read`, `POST ${create}`, { body: "{not json" }),
        row(401, `${what}: delete`, `DELETE ${item}`),
      ];
    }),
  );
}

function changed(token: string): string {
  const at = Math.floor(token.length / 2);
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

export function wireRows(world: World): Row[] {
  return subjects(world).flatMap((subject) => [...pathRows(subject), ...bodyRows(subject), ...versionRows(subject)]);
}

function pathRows({ service, list, item, unknownMethod }: Subject): Row[] {
  const row = rowsOf(service, { who: "admin" });
  const parent = item.slice(0, item.lastIndexOf("/"));
  return [
    row(404, "a path that is not there", "GET /no/such/path"),
    row(404, "a path below an item that is not there", `GET ${item}/no-such-part`),
    row(404, "an id that nothing has", `GET ${parent}/${unknownId}`),
    row(404, "an id that nothing has, deleted", `DELETE ${parent}/${unknownId}`),
    row(404, "an id that climbs", `GET ${parent}/..%2f..%2fetc%2fpasswd`),
    row(404, "an id with a NUL", `GET ${parent}/%00`),
    row(404, "an id with a quote", `GET ${parent}/'%20OR%20'1'='1`),
    row(404, "an id that is no UTF-8", `GET ${parent}/%ff%fe`),
    row(404, "an id that is not even encoded rightly", `GET ${parent}/%zz`),
    row(404, "an id of 2 000 letters", `GET ${parent}/${"a".repeat(2000)}`),
    row(405, "a method that the item does not know", `${unknownMethod} ${item}`, { body: {} }),
    row(405, "a method that the list does not know", `DELETE ${list}`),
  ];
}

function bodyRows({ service, create, key }: Subject): Row[] {
  const row = rowsOf(service, { who: "admin" });
  const post = `POST ${create}`;
  return [
    row(400, "no body", post),
    row(400, "an empty body", post, { body: "" }),
    row(400, "a body that is no JSON", post, { body: "{not json" }),
    row(400, "a body cut short", post, { body: `{"${key}": {"name": "x"` }),
    row(400, "a list for an object", post, { body: [] }),
    row(400, "a number for an object", post, { body: 5 }),
    row(400, "a text for an object", post, { body: '"text"' }),
    row(400, "null for an object", post, { body: "null" }),
    row(400, "a body 20 000 levels deep", post, { body: deep }),
    row(400, "an object with lists for everything", post, { body: { [key]: [], name: [], visibility: [] } }),
    row(400, "bytes that are no UTF-8", post, { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }),
    row(415, "a form for JSON", post, {
      body: "name=x",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
    row(415, "XML for JSON", post, { body: "<x/>", headers: { "content-type": "application/xml" } }),
    row(service === "placement" ? 400 : 413, "a megabyte of body", post, {
      body: { [key]: { name: "x".repeat(1_048_576) } },
    }),
  ];
}

function versionRows({ service, list, version }: Subject): Row[] {
  if (!version) return [];
  const { name, max } = version;
  const [major, minor] = max.split(".").map(Number) as [number, number];
  const row = rowsOf(service, { who: "admin" });
  const asks = (text: string): { headers: Record<string, string> } => ({
    headers: { "openstack-api-version": `${name} ${text}` },
  });
  return [
    row(406, "a version after the newest", `GET ${list}`, asks(`${major}.${minor + 1}`)),
    row(406, "a version of another age", `GET ${list}`, asks(`${major + 7}.0`)),
    row(400, "a version that is a word", `GET ${list}`, asks("newest")),
    row(400, "a version with three parts", `GET ${list}`, asks(`${major}.1.1`)),
    row(400, "a version below zero", `GET ${list}`, asks("-2.1")),
    row(400, "a version with a leading zero", `GET ${list}`, asks(`${major}.01`)),
  ];
}
