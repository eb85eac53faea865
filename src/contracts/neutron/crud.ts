/** The five operations that all of Neutron's resources share. */
import { Type, type Static, type TSchema } from "typebox";
import { operation } from "../kit/resource.ts";
import { Link, ListQuery } from "./fields.ts";

export interface CrudSpec<N extends string, C extends string> {
  /** Key of one thing in bodies, and end of the policies' names: `network`. */
  name: N;
  /** Key of several in bodies: `networks`. */
  collection: C;
  /** Path of the collection below the root: `/v2.0/networks`. */
  path: string;
  /** Rules of `get_…`, `create_…`, `update_…`, `delete_…`. */
  rules: { get: string; create: string; update: string; delete: string };
  /** Neutron takes several at once under the plural key. */
  bulk?: boolean;
}

/** A body whose single key is `name`; typed by hand because the key is computed. */
export function wrapped<N extends string, S extends TSchema>(name: N, schema: S) {
  return Type.Unsafe<Record<N, Static<S>>>(Type.Object({ [name]: schema }, { additionalProperties: false }));
}

/** As {@link wrapped}, or several under the plural key (bulk). Typed as the single form, which clients of ours use. */
function wrappedOrMany<N extends string, S extends TSchema>(name: N, collection: string, schema: S) {
  const both = Type.Object(
    { [name]: Type.Optional(schema), [collection]: Type.Optional(Type.Array(schema, { minItems: 1, maxItems: 1000 })) },
    { additionalProperties: false, minProperties: 1, maxProperties: 1 },
  );
  return Type.Unsafe<Record<N, Static<S>>>(both);
}

export function crud<N extends string, C extends string, V extends TSchema, A extends TSchema, U extends TSchema>(
  spec: CrudSpec<N, C>,
  schemas: { view: V; create: A; update: U },
) {
  const { name, collection, path, rules } = spec;
  const single = wrapped(name, schemas.view);
  const many = Type.Unsafe<Record<C, Static<V>[]> & Record<`${C}_links`, Static<typeof Link>[] | undefined>>(
    Type.Object({
      [collection]: Type.Array(schemas.view),
      [`${collection}_links`]: Type.Optional(Type.Array(Link)),
    }),
  );
  const item = `${path}/{id}`;
  const create = spec.bulk ? wrappedOrMany(name, collection, schemas.create) : wrapped(name, schemas.create);
  return {
    list: operation({
      method: "GET",
      path,
      status: 200,
      policy: { name: `get_${name}`, rule: rules.get },
      query: ListQuery,
      response: many,
    }),
    show: operation({
      method: "GET",
      path: item,
      status: 200,
      policy: { name: `get_${name}`, rule: rules.get },
      query: ListQuery,
      response: single,
    }),
    create: operation({
      method: "POST",
      path,
      status: 201,
      policy: { name: `create_${name}`, rule: rules.create },
      request: create,
      response: single,
    }),
    update: operation({
      method: "PUT",
      path: item,
      status: 200,
      policy: { name: `update_${name}`, rule: rules.update },
      request: wrapped(name, schemas.update),
      response: single,
    }),
    remove: operation({
      method: "DELETE",
      path: item,
      status: 204,
      policy: { name: `delete_${name}`, rule: rules.delete },
    }),
  };
}
