/**
 * Fernet: AES-128-CBC with HMAC-SHA256 over version, time, IV and ciphertext, as URL-safe base64.
 * Source of the format: the Fernet specification, version 0x80. A key is 32 bytes: 16 to sign, 16 to encrypt.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

const version = 0x80;
const header_bytes = 1 + 8 + 16;
const mac_bytes = 32;

export interface SealParts {
  /** 32 bytes. */
  key: Buffer;
  payload: Buffer;
  /** Milliseconds since the epoch; the token holds whole seconds. */
  now_ms: number;
  /** 16 random bytes. */
  iv: Buffer;
}

/** Encrypts and signs a payload; the text has no padding, as Keystone sends it. */
export function seal(parts: SealParts): string {
  const header = Buffer.alloc(header_bytes);
  header.writeUInt8(version, 0);
  header.writeBigUInt64BE(BigInt(Math.floor(parts.now_ms / 1000)), 1);
  parts.iv.copy(header, 9);
  const cipher = createCipheriv("aes-128-cbc", parts.key.subarray(16), parts.iv);
  const signed = Buffer.concat([header, cipher.update(parts.payload), cipher.final()]);
  return Buffer.concat([signed, sign(parts.key, signed)]).toString("base64url");
}

/** The payload, or undefined when no key made this token. */
export function unseal(text: string, keys: readonly Buffer[]): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length < header_bytes + 16 + mac_bytes || bytes[0] !== version) return undefined;
  const signed = bytes.subarray(0, -mac_bytes);
  const mac = bytes.subarray(-mac_bytes);
  const key = keys.find((one) => timingSafeEqual(sign(one, signed), mac));
  if (!key) return undefined;
  const decipher = createDecipheriv("aes-128-cbc", key.subarray(16), signed.subarray(9, header_bytes));
  return Buffer.concat([decipher.update(signed.subarray(header_bytes)), decipher.final()]);
}

function sign(key: Buffer, signed: Buffer): Buffer {
  return createHmac("sha256", key.subarray(0, 16)).update(signed).digest();
}
