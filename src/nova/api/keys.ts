/** Key pairs: made here when the user brings no key; fingerprints as OpenSSH writes MD5 ones. */
import { createHash, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { errors } from "#contracts/nova/errors.ts";

/** MD5 of the key's bytes in pairs of hexadecimal digits. */
export function fingerprintOf(blob: Buffer): string {
  return (createHash("md5").update(blob).digest("hex").match(/../g) ?? []).join(":");
}

const kinds =
  /^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

/** Reads a public key as it stands in `authorized_keys`; throws 400 when it is none. */
export function readPublicKey(text: string): { public_key: string; fingerprint: string } {
  const line = text.trim();
  const [kind = "", encoded = ""] = line.split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  const whole = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && blob.length > 4;
  if (/[\r\n]/.test(line) || !kinds.test(kind) || !whole || kindIn(blob) !== kind) {
    throw errors.keypairInvalid({ reason: "failed to generate fingerprint" });
  }
  return { public_key: text, fingerprint: fingerprintOf(blob) };
}

/** The first field of the key's bytes names its kind. */
function kindIn(blob: Buffer): string {
  const length = blob.readUInt32BE(0);
  return blob.subarray(4, 4 + length).toString("latin1");
}

export interface MadeKey {
  public_key: string;
  private_key: string;
  fingerprint: string;
}

/** A key of RSA with 2048 bits, in the forms that `ssh` reads; made beside the event loop, since it takes long. */
export async function makeKey(comment: string): Promise<MadeKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const { n = "", e = "" } = createPublicKey(publicKey).export({ format: "jwk" });
  const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), number(e), number(n)]);
  return {
    public_key: `ssh-rsa ${blob.toString("base64")} ${comment}`,
    private_key: privateKey,
    fingerprint: fingerprintOf(blob),
  };
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A number of SSH: never with its first bit set. */
function number(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}
