/** The built dashboard: read once, compressed once on first use, kept in memory (under 3 MB). */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

type Coding = "br" | "gzip" | "identity";

export interface StaticAnswer {
  status: 200 | 304;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | null;
}

export interface StaticFiles {
  /** False when the dashboard has not been built. */
  built: boolean;
  /** The file at a URL path, or undefined. */
  find(path: string, request: { acceptEncoding: string; ifNoneMatch: string }): Promise<StaticAnswer | undefined>;
}

interface File {
  bytes: Buffer;
  type: string;
  etag: string;
  cache: string;
  coded: Map<Coding, Promise<Uint8Array<ArrayBuffer>>>;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

const packable = /^(text|application)\/|svg/;

function readFiles(webDir: string): Map<string, File> {
  const found = new Map<string, File>();
  for (const entry of readdirSync(webDir, { recursive: true, encoding: "utf8" })) {
    const full = join(webDir, entry);
    const type = types[extname(entry)];
    if (type === undefined || !statSync(full).isFile()) continue;
    const bytes = readFileSync(full);
    const path = `/${relative(webDir, full).split(sep).join("/")}`;
    // Names in assets/ carry a hash of their content; everything else is asked for again each time.
    const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    found.set(path, { bytes, type, etag, cache, coded: new Map() });
  }
  return found;
}

async function pack(bytes: Buffer, coding: Coding): Promise<Uint8Array<ArrayBuffer>> {
  if (coding === "identity") return new Uint8Array(bytes);
  const level = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  const packed = coding === "br" ? await promisify(brotliCompress)(bytes, level) : await promisify(gzip)(bytes);
  return new Uint8Array(packed);
}

function chooseCoding(file: File, accept: string): Coding {
  if (!packable.test(file.type) || file.bytes.length < 1024) return "identity";
  const accepted = new Set(accept.split(",").map((part) => part.split(";")[0]?.trim()));
  if (accepted.has("br")) return "br";
  return accepted.has("gzip") ? "gzip" : "identity";
}

export function makeStaticFiles(webDir: string): StaticFiles {
  const built = statSync(join(webDir, "index.html"), { throwIfNoEntry: false })?.isFile() ?? false;
  const files = built ? readFiles(webDir) : new Map<string, File>();
  return {
    built,
    async find(path, request) {
      const file = files.get(path);
      if (!file) return undefined;
      const coding = chooseCoding(file, request.acceptEncoding);
      const headers: Record<string, string> = {
        "Content-Type": file.type,
        "Cache-Control": file.cache,
        ETag: file.etag,
        Vary: "Accept-Encoding",
      };
      if (request.ifNoneMatch === file.etag) return { status: 304, headers, body: null };
      if (coding !== "identity") headers["Content-Encoding"] = coding;
      const ready = file.coded.get(coding) ?? pack(file.bytes, coding);
      file.coded.set(coding, ready);
      return { status: 200, headers, body: await ready };
    },
  };
}
