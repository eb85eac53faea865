/** Kinds of fields that Nova's resources share. */
import { Type } from "typebox";

export const closed = { additionalProperties: false } as const;

export const Link = Type.Object({ rel: Type.String(), href: Type.String() });
export const Links = Type.Array(Link);
export const Uuid = Type.String({ format: "uuid" });
/** At least one character that is no blank. */
export const Name = Type.String({ minLength: 1, maxLength: 255, pattern: "\\S" });
export const Nullable = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Numbers that clients also send as text. */
export const Count = Type.Unsafe<number | string>({
  anyOf: [
    { type: "integer", minimum: 1, maximum: 2_147_483_647 },
    { type: "string", pattern: "^[1-9][0-9]{0,8}$" },
  ],
});
export const Size = Type.Unsafe<number | string>({
  anyOf: [
    { type: "integer", minimum: 0, maximum: 2_147_483_647 },
    { type: "string", pattern: "^[0-9]{1,9}$" },
  ],
});

/** Booleans in every spelling that Nova takes; read with `asBoolean`. */
export const Bool = Type.Unsafe<boolean | string>({
  enum: [
    true,
    "True",
    "TRUE",
    "true",
    "1",
    "ON",
    "On",
    "on",
    "YES",
    "Yes",
    "yes",
    "y",
    "t",
    false,
    "False",
    "FALSE",
    "false",
    "0",
    "OFF",
    "Off",
    "off",
    "NO",
    "No",
    "no",
    "n",
    "f",
  ],
});

export function asBoolean(value: boolean | string): boolean {
  return typeof value === "boolean" ? value : /^(true|1|on|yes|y|t)$/i.test(value);
}

/** Addresses under which a user says that a server is reached; an empty text takes one away. */
export const AccessIPv4 = Type.Union([Type.String({ format: "ipv4" }), Type.Literal("")]);
export const AccessIPv6 = Type.Union([Type.String({ format: "ipv6" }), Type.Literal("")]);

export const Metadata = Type.Unsafe<Record<string, string>>({
  type: "object",
  propertyNames: { minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" },
  additionalProperties: { type: "string", maxLength: 255 },
});

export const Tag = Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" });
export const Tags = Type.Array(Tag, { maxItems: 50, uniqueItems: true });
export const Hostname = Type.String({
  minLength: 2,
  maxLength: 63,
  pattern: "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
});
export const Description = Nullable(Type.String({ maxLength: 255 }));

/** Several of one name mean several values. */
export const OneOrMany = Type.Union([Type.String(), Type.Array(Type.String())]);
export const Limit = Type.Optional(Type.Integer({ minimum: 0 }));
export const Marker = Type.Optional(Type.String());

/** An answer without a body. */
export const Empty = Type.Object({}, { additionalProperties: true });
