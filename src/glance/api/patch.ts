/** JSON patch as the image API has it: add, replace and remove on paths of one segment. Pure. */
import { errors } from "#contracts/glance/errors.ts";
import { imageStates, type ImageStatus } from "#contracts/glance/image-states.ts";
import { may } from "#contracts/kit/states.ts";
import type { ImageRecord } from "../store/images.ts";
import { isWritable, requireWritableName, setAttribute, type AttributeChecker } from "./attributes.ts";

type Op = "add" | "replace" | "remove";

export interface PatchStep {
  op: Op;
  name: string;
  value: unknown;
}

const ops: readonly string[] = ["add", "replace", "remove"];

/** Reads the body; the older media type says `{"replace": "/name", "value": …}`. */
export function readPatch(body: readonly unknown[], mediaType: "v2.1" | "v2.0"): PatchStep[] {
  return body.map((entry) => {
    const raw = entry as Record<string, unknown>;
    const op = mediaType === "v2.1" ? raw["op"] : ops.find((one) => one in raw);
    if (typeof op !== "string")
      throw errors.badPatch({ reason: "Operations must be one of: 'add', 'replace', 'remove'." });
    if (!ops.includes(op))
      throw errors.badPatch({
        reason: `Invalid operation: \`${op}\`. It must be one of the following: add, replace, remove.`,
      });
    const path = mediaType === "v2.1" ? raw["path"] : raw[op];
    if (typeof path !== "string")
      throw errors.badPatch({ reason: `Unable to find '${mediaType === "v2.1" ? "path" : op}' in JSON Schema change` });
    if (op !== "remove" && !("value" in raw))
      throw errors.badPatch({ reason: `Operation "${op}" requires a member named "value".` });
    return { op: op as Op, name: nameOf(path), value: raw["value"] };
  });
}

function nameOf(path: string): string {
  if (!path.startsWith("/")) throw errors.badPatch({ reason: `Pointer \`${path}\` does not start with "/".` });
  if (/~(?![01])/.test(path))
    throw errors.badPatch({ reason: `Pointer \`${path}\` contains "~" not part of a recognized escape sequence.` });
  const parts = path.slice(1).split("/");
  if (parts[0] === "locations") throw errors.noLocations();
  if (parts.length > 1 || parts[0] === "")
    throw errors.badPatch({ reason: `Invalid JSON pointer for this resource: '${path}'` });
  return (parts[0] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}

/** A changed copy. Throws what the first step that is not allowed says; then nothing is changed. */
export function applyPatch(image: ImageRecord, steps: readonly PatchStep[], checker: AttributeChecker): ImageRecord {
  const changed: ImageRecord = { ...image, properties: { ...image.properties }, tags: [...image.tags] };
  for (const { op, name, value } of steps) {
    requireWritableName(name);
    const known = isWritable(name) || Object.hasOwn(changed.properties, name);
    if (op === "remove") {
      if (isWritable(name)) throw errors.notRemovable({ name });
      if (!known) throw errors.noProperty({ name });
      delete changed.properties[name];
      continue;
    }
    if (op === "replace" && !known) throw errors.noProperty({ name });
    checker.check(name, value);
    requireFormatOpen(changed.status, name);
    setAttribute(changed, name, value);
  }
  return changed;
}

function requireFormatOpen(status: ImageStatus, name: string): void {
  if (name !== "disk_format" && name !== "container_format") return;
  if (!may(imageStates, "set_formats", status)) throw errors.formatFixed({ name });
}
