/**
 * One definition per API resource (law 3). From this one value come the routes, the validation of requests, the views
 * of older microversions, the policy defaults, the typed client and the list that the authorisation sweep walks.
 */
import type { Static, TSchema } from "typebox";
import type { VersionRange } from "./versions.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A policy name with its default rule in oslo.policy's language. */
export interface PolicySpec {
  name: string;
  rule: string;
}

export interface OperationSpec<
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Reply extends TSchema = TSchema,
> extends VersionRange {
  method: Method;
  /** Path below the service's root with `{names}`: `/v2.1/servers/{server_id}`. */
  path: string;
  /** Who may; `public` needs no token. A route without a policy does not build. */
  policy: PolicySpec | "public";
  /** Success status; a table gives the first version of each (`{ "2.1": 200, "2.2": 201 }`). */
  status: number | Record<string, number>;
  query?: Query;
  /** Schema of the JSON body. Operations without one ignore a body, except when `stream` is set. */
  request?: Body;
  response?: Reply;
  /** The body is bytes, not JSON: the handler gets a stream. */
  stream?: boolean;
  /** Nova's and Cinder's actions: the single key of the body that chooses this operation among those of one route. */
  action?: string;
  /** The number of the flow's step (contracts/flow.ts) that this request is, when it is one. */
  flowStep?: number;
  /** Media types accepted besides JSON. */
  accepts?: readonly string[];
}

export type AnyOperation = OperationSpec<TSchema, TSchema, TSchema>;

export interface ResourceSpec<Operations extends Record<string, AnyOperation> = Record<string, AnyOperation>> {
  /** OpenStack's noun, for documentation and the lists derived from it. */
  name: string;
  operations: Operations;
}

/** Helper that keeps the exact types of an operation's schemas. */
export function operation<Query extends TSchema, Body extends TSchema, Reply extends TSchema>(
  spec: OperationSpec<Query, Body, Reply>,
): OperationSpec<Query, Body, Reply> {
  return spec;
}

export function defineResource<Operations extends Record<string, AnyOperation>>(
  spec: ResourceSpec<Operations>,
): ResourceSpec<Operations> {
  return spec;
}

type SchemaOf<T> = T extends TSchema ? (TSchema extends T ? unknown : Static<T>) : unknown;

/** TypeScript types of an operation at the newest version. */
export type QueryOf<O> = O extends OperationSpec<infer Q, TSchema, TSchema> ? SchemaOf<Q> : never;
export type BodyOf<O> = O extends OperationSpec<TSchema, infer B, TSchema> ? SchemaOf<B> : never;
export type ReplyOf<O> = O extends OperationSpec<TSchema, TSchema, infer R> ? SchemaOf<R> : never;

/** The default rules of all operations' policies, by name: the start of a service's policy and of its sample file. */
export function defaultRules(resources: readonly ResourceSpec[]): Record<string, string> {
  const rules: Record<string, string> = {};
  for (const { operations } of resources) {
    for (const { policy } of Object.values(operations)) if (policy !== "public") rules[policy.name] = policy.rule;
  }
  return rules;
}
