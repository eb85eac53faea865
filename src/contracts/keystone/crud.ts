/** The five operations that most of Keystone's resources have. */
import { Type, type TSchema } from "typebox";
import { operation } from "../kit/resource.ts";
import { policy } from "./rules.ts";

type Who = Parameters<typeof policy>[1];

export interface CrudSpec<Query extends TSchema, Create extends TSchema, Update extends TSchema> {
  /** `user` */
  noun: string;
  /** `users` */
  plural: string;
  entity: TSchema;
  query: Query;
  /** Whole bodies: `{ user: … }`. */
  create: Create;
  update: Update;
  who: { list: Who; show: Who };
}

/** List, create, show, update and remove, below `/v3/{plural}`. */
export function crud<Query extends TSchema, Create extends TSchema, Update extends TSchema>(
  spec: CrudSpec<Query, Create, Update>,
) {
  const { noun, plural, who } = spec;
  const collection = `/v3/${plural}`;
  const path = `${collection}/{${noun}_id}`;
  const one: TSchema = Type.Object({ [noun]: spec.entity });
  const many: TSchema = Type.Object({ [plural]: Type.Array(spec.entity), links: Type.Unknown() });
  return {
    list: operation({
      method: "GET",
      path: collection,
      status: 200,
      policy: policy(`list_${plural}`, who.list),
      query: spec.query,
      response: many,
    }),
    create: operation({
      method: "POST",
      path: collection,
      status: 201,
      policy: policy(`create_${noun}`, "admin"),
      request: spec.create,
      response: one,
    }),
    show: operation({ method: "GET", path, status: 200, policy: policy(`get_${noun}`, who.show), response: one }),
    update: operation({
      method: "PATCH",
      path,
      status: 200,
      policy: policy(`update_${noun}`, "admin"),
      request: spec.update,
      response: one,
    }),
    remove: operation({ method: "DELETE", path, status: 204, policy: policy(`delete_${noun}`, "admin") }),
  };
}

/** Shapes that several resources share. */
export const Name = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
export const Text = Type.Union([Type.String(), Type.Null()]);
export const MaybeId = Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]));
export const Flag = Type.Optional(Type.Boolean());
export const Options = Type.Optional(
  Type.Object({ immutable: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])) }),
);
export const Tags = Type.Array(Type.String({ minLength: 1, maxLength: 255, pattern: "^[^,/]*$" }), {
  maxItems: 80,
  uniqueItems: true,
});
/** A filter, or a flag that needs no value. */
export const Filter = Type.Optional(Type.String());
