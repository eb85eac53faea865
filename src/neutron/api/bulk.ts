/** Neutron makes several things at once when the body holds the plural key; all of them or none. */
import { errors } from "#contracts/neutron/errors.ts";

/** The bodies of a creation, one or many. */
export function manyOf<Body>(body: unknown, single: string, plural: string): Body[] {
  const given = body as Record<string, unknown>;
  if (given[single] !== undefined) return [given[single] as Body]; // the contract has validated it
  if (given[plural] !== undefined) return given[plural] as Body[];
  throw errors.badRequest({ message: `Unable to find '${single}' in request body` });
}

/** The answer in the form of the request. Typed as the single form: the other is for those who asked so. */
export function onlyOne<V, N extends string>(
  body: unknown,
  single: N,
  plural: string,
  views: readonly V[],
): Record<N, V> {
  const asked = body as Record<string, unknown>;
  return (asked[single] === undefined ? { [plural]: views } : { [single]: views[0] }) as Record<N, V>;
}
