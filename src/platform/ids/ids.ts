/** The only place where ids and randomness come from (law 7), so that a test can steer them. */
import { randomBytes, randomUUID } from "node:crypto";

export interface Ids {
  /** A UUID with dashes, as Nova, Glance, Neutron and Cinder name things. */
  uuid(): string;
  /** A UUID without dashes, as Keystone names users and projects. */
  hex(): string;
  /** `length_bytes` random bytes. */
  bytes(length_bytes: number): Buffer;
}

export function systemIds(): Ids {
  return {
    uuid: () => randomUUID(),
    hex: () => randomUUID().replaceAll("-", ""),
    bytes: (length_bytes) => randomBytes(length_bytes),
  };
}

const uuidShape = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** True for a UUID with or without dashes: the shape the services accept as an id. */
export function isUuid(text: string): boolean {
  return uuidShape.test(text);
}
