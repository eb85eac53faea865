/**
 * Kinds of attributes that Neutron's resources share. `x-reason` is what a breach says (`{value}` filled in): Neutron
 * answers `Invalid input for <attribute>. Reason: <reason>.`
 */
import { Type, type TSchema } from "typebox";

/** True and false in every spelling that Neutron takes; handlers read it with `asBoolean`. */
export const Bool = Type.Unsafe<boolean>({
  enum: [true, false, 1, 0, "true", "false", "True", "False", "TRUE", "FALSE", "1", "0", "yes", "no", "on", "off"],
  "x-reason": "'{value}' cannot be converted to boolean",
});

/** A whole number, as a number or as text; handlers read it with `asInteger`. */
export const Int = Type.Unsafe<number>({
  anyOf: [{ type: "integer" }, { type: "string", pattern: "^-?\\d{1,12}$" }],
  "x-reason": "'{value}' is not an integer",
});

export const Uuid = Type.String({ format: "uuid", "x-reason": "'{value}' is not a valid UUID" });
export const Name = Type.String({ maxLength: 255, "x-reason": "'{value}' exceeds maximum length of 255" });
export const Text = Type.String({ maxLength: 255 });
export const Ip = Type.String({ maxLength: 64 });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema));

/** Project of a new thing: the caller's own unless somebody privileged names another. */
export const projectFields = {
  project_id: Type.Optional(Type.String({ maxLength: 255 })),
  tenant_id: Type.Optional(Type.String({ maxLength: 255 })),
};

/** What every resource with standard attributes shows. */
export const standardFields = {
  id: Type.String(),
  project_id: Type.String(),
  tenant_id: Type.String(),
  description: Type.String(),
  revision_number: Type.Integer(),
  created_at: Type.String(),
  updated_at: Type.String(),
  tags: Type.Array(Type.String()),
};

/** Any visible attribute is an exact filter; repeated values mean *or*. */
export type ListQuery = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
export const ListQuery = Type.Unsafe<ListQuery>({ type: "object" });

export const Link = Type.Object({ rel: Type.String(), href: Type.String() });

/** The body of an object that takes only what is named here. */
export const closed = { additionalProperties: false } as const;
