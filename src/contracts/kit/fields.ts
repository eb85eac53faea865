/**
 * Schemas of requests and responses (JSON Schema, written with typebox) whose fields carry the microversions that have
 * them. A body at one version is a fold over the fields: {@link schemaAt} for what comes in, {@link viewAt} for what
 * goes out. The newest version is the implementation.
 */
import type { TSchema } from "typebox";
import { compareVersions, inRange, version, type Microversion, type VersionRange } from "./versions.ts";

/** A schema as data, with our annotations. */
export interface SchemaNode {
  type?: string | string[];
  properties?: Record<string, SchemaNode>;
  patternProperties?: Record<string, SchemaNode>;
  required?: string[];
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  allOf?: SchemaNode[];
  additionalProperties?: boolean | SchemaNode;
  /** The versions that have this field. */
  "x-versions"?: VersionRange;
  /** The name on the wire, when one wire name has different shapes at different versions. */
  "x-name"?: string;
  [keyword: string]: unknown;
}

/** Marks a field as existing only in a range of microversions: `at({ since: "2.26" }, Type.Array(Type.String()))`. */
export function at<T extends TSchema>(range: VersionRange & { name?: string }, schema: T): T {
  const { name, ...versions } = range;
  return { ...schema, "x-versions": versions, ...(name ? { "x-name": name } : {}) };
}

/** The request schema at one version: fields of other versions are gone, wire names are in place. */
export function schemaAt(node: SchemaNode, when: Microversion | undefined): SchemaNode {
  const { "x-versions": _versions, "x-name": _name, ...result } = node;
  if (node.properties) Object.assign(result, propertiesAt(node, when));
  if (node.items) result.items = schemaAt(node.items, when);
  for (const key of ["anyOf", "oneOf", "allOf"] as const) {
    const parts = node[key];
    if (parts)
      result[key] = parts.filter((part) => inRange(part["x-versions"] ?? {}, when)).map((part) => schemaAt(part, when));
  }
  if (typeof node.additionalProperties === "object")
    result.additionalProperties = schemaAt(node.additionalProperties, when);
  return result;
}

function propertiesAt(node: SchemaNode, when: Microversion | undefined): Pick<SchemaNode, "properties" | "required"> {
  const properties: Record<string, SchemaNode> = {};
  const required: string[] = [];
  for (const [key, field] of Object.entries(node.properties ?? {})) {
    if (!inRange(field["x-versions"] ?? {}, when)) continue;
    const wireName = field["x-name"] ?? key;
    properties[wireName] = schemaAt(field, when);
    if (node.required?.includes(key)) required.push(wireName);
  }
  return { properties, required };
}

/** Lowers a response of the newest version to what an older one had. Compiled once per schema and version. */
export type View = (value: unknown) => unknown;

/** Undefined when nothing below this schema depends on versions: the value can be sent as it is. */
export function viewAt(node: SchemaNode, when: Microversion | undefined): View | undefined {
  if (!dependsOnVersions(node)) return undefined;
  if (node.properties) return objectView(node.properties, when);
  if (node.items) return arrayView(node.items, when);
  const variant = (node.anyOf ?? node.oneOf)?.find((part) => part.properties !== undefined && dependsOnVersions(part));
  return variant ? nullable(viewAt(variant, when)) : undefined;
}

function objectView(properties: Record<string, SchemaNode>, when: Microversion | undefined): View {
  const dropped = new Set<string>();
  const changed: [key: string, wireName: string, view: View | undefined][] = [];
  for (const [key, field] of Object.entries(properties)) {
    if (!inRange(field["x-versions"] ?? {}, when)) dropped.add(key);
    else changed.push([key, field["x-name"] ?? key, viewAt(field, when)]);
  }
  const kept = new Map(changed.map(([key, wireName, view]) => [key, { wireName, view }]));
  return nullable((value) => {
    const result: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value as Record<string, unknown>)) {
      if (dropped.has(key)) continue;
      const field = kept.get(key);
      result[field?.wireName ?? key] = field?.view ? field.view(inner) : inner;
    }
    return result;
  });
}

function arrayView(items: SchemaNode, when: Microversion | undefined): View | undefined {
  const view = viewAt(items, when);
  return view ? nullable((value) => (value as unknown[]).map(view)) : undefined;
}

function nullable(view: View): View;
function nullable(view: View | undefined): View | undefined;
function nullable(view: View | undefined): View | undefined {
  return (
    view && ((value) => (value === null || value === undefined || typeof value !== "object" ? value : view(value)))
  );
}

function children(node: SchemaNode): SchemaNode[] {
  return [
    ...Object.values(node.properties ?? {}),
    ...(node.items ? [node.items] : []),
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
  ];
}

function dependsOnVersions(node: SchemaNode): boolean {
  return node["x-versions"] !== undefined || node["x-name"] !== undefined || children(node).some(dependsOnVersions);
}

/** Versions from which the shape of a schema differs, ascending: versions between two of them share one shape. */
export function breakpoints(node: SchemaNode): Microversion[] {
  const { since, until } = node["x-versions"] ?? {};
  const own = [...(since ? [version(since)] : []), ...(until ? [following(version(until))] : [])];
  return [...own, ...children(node).flatMap(breakpoints)].sort(compareVersions);
}

function following(last: Microversion): Microversion {
  return { major: last.major, minor: last.minor + 1 };
}
