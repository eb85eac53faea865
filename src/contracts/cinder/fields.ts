/** Pieces of schemas that the volume service's resources share. */
import { Type } from "typebox";

export const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Links = Type.Array(Type.Object({ rel: Type.String(), href: Type.String() }));
/** `2026-01-31T10:20:30.000000`, UTC without zone. */
export const Time = Type.String();
export const Metadata = Type.Record(Type.String({ minLength: 1, maxLength: 255 }), Type.String({ maxLength: 255 }));
export const Name = orNull(Type.String({ maxLength: 255 }));

const oneOrMany = Type.Union([Type.String(), Type.Array(Type.String())]);

/** Query of a list: pages, order, filters. Unknown names are ignored, as OpenStack does. */
export const ListQuery = Type.Object(
  {
    limit: Type.Optional(Type.String()),
    marker: Type.Optional(Type.String()),
    offset: Type.Optional(Type.String()),
    sort: Type.Optional(Type.String()),
    sort_key: Type.Optional(oneOrMany),
    sort_dir: Type.Optional(oneOrMany),
    all_tenants: Type.Optional(Type.String()),
    project_id: Type.Optional(Type.String()),
  },
  { additionalProperties: Type.Unknown() },
);
