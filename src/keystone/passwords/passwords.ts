/** Password hashes: argon2id, computed on the thread pool so that a login never holds up other requests. */
import { argon2, timingSafeEqual, type Argon2Parameters } from "node:crypto";
import { promisify } from "node:util";
import type { Ids } from "#platform/ids/ids.ts";

const derive = promisify(argon2) as (algorithm: "argon2id", parameters: Argon2Parameters) => Promise<Buffer>;

/** OWASP's least setting for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tag_bytes = 32;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * True when the password is right. Without a stored hash (no such user, or one without a password) it takes as long
   * and says no, so that time tells strangers nothing.
   */
  verify(password: string, stored: string | null | undefined): Promise<boolean>;
}

export function makePasswords(ids: Ids): Passwords {
  const nobody = { salt: ids.bytes(16), tag: ids.bytes(tag_bytes) };
  return {
    async hash(password) {
      const salt = ids.bytes(16);
      const tag = await run(password, salt, cost);
      return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(tag)}`;
    },
    async verify(password, stored) {
      const known = stored ? parse(stored) : undefined;
      const { salt, tag } = known ?? nobody;
      const found = await run(password, salt, known?.cost ?? cost);
      return timingSafeEqual(found, tag) && known !== undefined;
    },
  };
}

function run(password: string, salt: Buffer, with_cost: typeof cost): Promise<Buffer> {
  return derive("argon2id", { message: password, nonce: salt, tagLength: tag_bytes, ...with_cost });
}

function text(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}

const shape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parse(stored: string): { cost: typeof cost; salt: Buffer; tag: Buffer } | undefined {
  const [, memory, passes, parallelism, salt, tag] = shape.exec(stored) ?? [];
  if (!salt || !tag) return undefined;
  const bytes = Buffer.from(tag, "base64");
  if (bytes.length !== tag_bytes) return undefined;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    tag: bytes,
  };
}
