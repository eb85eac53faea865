/** What a token holds, packed into few bytes: names and roles are looked up each time, so that they are never old. */

/** Ways to prove who one is; the position is the bit on the wire: append only. */
const knownMethods = ["password", "token", "totp", "application_credential", "external", "oauth1", "mapped"] as const;
export type Method = (typeof knownMethods)[number];

export type ScopeRef =
  | { kind: "unscoped" }
  | { kind: "project"; id: string; generation: number }
  | { kind: "domain"; id: string; generation: number }
  | { kind: "system" };

const kinds = ["unscoped", "project", "domain", "system"] as const;

export interface TokenPayload {
  methods: Method[];
  user_id: string;
  /** Of the user when the token was made. */
  user_generation: number;
  scope: ScopeRef;
  /** Milliseconds since the epoch. */
  issued_at: number;
  expires_at: number;
  /** Own audit id, then the one of the token that the chain began with. */
  audit_ids: string[];
  /** The application credential, exactly when that is one of the methods. */
  credential_id?: string;
}

const format = 1;

export function pack(payload: TokenPayload): Buffer {
  const { scope } = payload;
  const bits = payload.methods.reduce((sum, method) => sum | (1 << knownMethods.indexOf(method)), 0);
  const parts = [Buffer.from([format, bits]), packId(payload.user_id), packNumber(payload.user_generation, 4)];
  parts.push(Buffer.from([kinds.indexOf(scope.kind)]));
  if ("id" in scope) parts.push(packId(scope.id), packNumber(scope.generation, 4));
  parts.push(
    packNumber(payload.issued_at, 6),
    packNumber(payload.expires_at, 6),
    Buffer.from([payload.audit_ids.length]),
  );
  for (const audit_id of payload.audit_ids) parts.push(Buffer.from(audit_id, "base64url"));
  if (payload.credential_id !== undefined) parts.push(packId(payload.credential_id));
  return Buffer.concat(parts);
}

/** Undefined when the bytes are of another format. */
export function unpack(bytes: Buffer): TokenPayload | undefined {
  const cursor: Cursor = { bytes, at: 2 };
  if (bytes[0] !== format) return undefined;
  const bits = bytes[1] ?? 0;
  const user_id = takeId(cursor);
  const user_generation = takeNumber(cursor, 4);
  const scope = takeScope(cursor);
  const issued_at = takeNumber(cursor, 6);
  const expires_at = takeNumber(cursor, 6);
  const count = takeNumber(cursor, 1);
  const audit_ids = Array.from({ length: count }, () => take(cursor, 16).toString("base64url"));
  const methods = knownMethods.filter((_method, bit) => bits & (1 << bit));
  const payload = { methods, user_id, user_generation, scope, issued_at, expires_at, audit_ids };
  return methods.includes("application_credential") ? { ...payload, credential_id: takeId(cursor) } : payload;
}

interface Cursor {
  bytes: Buffer;
  at: number;
}

function take(cursor: Cursor, length: number): Buffer {
  const part = cursor.bytes.subarray(cursor.at, cursor.at + length);
  if (part.length !== length) throw new Error("a signed token ends too early");
  cursor.at += length;
  return part;
}

function takeScope(cursor: Cursor): ScopeRef {
  const kind = kinds[takeNumber(cursor, 1)] ?? "unscoped";
  if (kind === "unscoped" || kind === "system") return { kind };
  return { kind, id: takeId(cursor), generation: takeNumber(cursor, 4) };
}

const hexId = /^[0-9a-f]{32}$/;

/** Ids are mostly 32 hexadecimal digits: 16 bytes after a zero; others (`default`) are text after their length. */
function packId(id: string): Buffer {
  if (hexId.test(id)) return Buffer.concat([Buffer.from([0]), Buffer.from(id, "hex")]);
  const text = Buffer.from(id, "utf8");
  return Buffer.concat([Buffer.from([text.length]), text]);
}

function takeId(cursor: Cursor): string {
  const length = takeNumber(cursor, 1);
  return length === 0 ? take(cursor, 16).toString("hex") : take(cursor, length).toString("utf8");
}

function packNumber(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function takeNumber(cursor: Cursor, length: number): number {
  return take(cursor, length).readUIntBE(0, length);
}
