/** Which attributes of an image may be said by whom, and whether a value fits. Pure. */
import { Type } from "typebox";
import { errors } from "#contracts/glance/errors.ts";
import { writableFields } from "#contracts/glance/image-fields.ts";
import { sentenceOf } from "#platform/http/sentences.ts";
import { makeValidator, type Validator } from "#platform/http/validate.ts";
import type { ImageRecord } from "../store/images.ts";

export type Writable = keyof typeof writableFields;

const readOnly = new Set([
  "id", "status", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value", "created_at", "updated_at",
  "self", "file", "schema", "direct_url", "stores",
]); // prettier-ignore
const reserved = new Set(["deleted", "deleted_at", "is_public", "location", "members"]);
/** What an attribute is when nobody said anything; these can be replaced, and not removed. */
export const isWritable = (name: string): name is Writable => Object.hasOwn(writableFields, name);

/** Throws for names that nobody may write. `atCreation` lets a chosen id pass. */
export function requireWritableName(name: string, atCreation = false): void {
  if (name === "id" && atCreation) return;
  if (readOnly.has(name)) throw errors.readOnly({ name });
  if (reserved.has(name)) throw errors.reserved({ name });
  if (name === "locations") throw errors.noLocations();
  if (name.startsWith("os_glance")) throw errors.reservedPrefix({ name });
  if (name === "" || name.length > 255) throw errors.badValue({ reason: "a property's name has 1 to 255 characters" });
}

const schemas = new Map(
  Object.entries(writableFields).map(
    ([name, field]) => [name, Type.Object({ [name]: field as Type.TSchema })] as const,
  ),
);

export interface AttributeChecker {
  /** Throws 400 unless the value fits the attribute; custom properties are texts. */
  check(name: string, value: unknown): void;
}

export function makeAttributeChecker(validator: Validator = makeValidator({ coerce: false })): AttributeChecker {
  return {
    check(name, value) {
      const schema = schemas.get(name);
      if (!schema) {
        if (typeof value === "string" && value.length <= 65_535) return;
        throw errors.badValue({ reason: `the property '${name}' is not a text` });
      }
      const breaches = validator.breaches(schema, { [name]: value }, undefined);
      if (breaches) throw errors.badValue({ reason: sentenceOf(breaches) });
    },
  };
}

/** Sets a checked value in a record. */
export function setAttribute(image: ImageRecord, name: string, value: unknown): void {
  if (!isWritable(name)) image.properties[name] = value as string;
  else if (name === "protected" || name === "os_hidden") image[name] = value === true ? 1 : 0;
  else if (name === "tags") image.tags = [...new Set(value as string[])].sort();
  else Object.assign(image, { [name]: value });
}
