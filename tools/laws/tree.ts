/** The source tree as the laws see it: each file's code without comments and strings, and what it imports. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findImports, type Import } from "./imports.ts";
import { scan, type Scanned } from "./scan.ts";

export interface SourceFile extends Scanned {
  /** Path from the root of the checkout, with slashes: `src/nova/api/servers.ts`. */
  path: string;
  text: string;
  imports: Import[];
}

export type Tree = ReadonlyMap<string, SourceFile>;

/** A breach of a law: where, and what is to be done instead. */
export interface Breach {
  path: string;
  line: number;
  /** What was found and what to do instead. */
  message: string;
}

export interface Law {
  /** Short name for lists: `rooms`, `agents`. */
  name: string;
  /** Number in CONTRIBUTING.md, when it is one of those. */
  number?: number;
  /** One sentence: the reason, shown with each breach. */
  why: string;
  check(tree: Tree): Breach[];
}

const patterns = ["src/**/*.{ts,tsx}", "tests/**/*.ts", "tools/**/*.ts", "bench/**/*.ts"];

/** Reads the checkout at `root`. Built pages and what npm installed are no part of it. */
export function readTree(root: string): Tree {
  const built = (path: string) => path === "node_modules" || path === "dist";
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: built }));
  return makeTree(Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), "utf8")])));
}

/** A tree from texts by path. */
export function makeTree(texts: Record<string, string>): Tree {
  const files = Object.entries(texts).map(([path, text]): SourceFile => {
    const scanned = scan(text);
    return { path, text, ...scanned, imports: findImports(path, text, scanned.code) };
  });
  return new Map(files.map((file) => [file.path, file]));
}

/**
 * True for tests and for what only tests use: `tests/`, and beside the code `x.test.ts`, `test-….ts` (what several tests
 * share) and `…compliance.ts` (the promises that all drivers of an interface keep).
 */
export function isTest(path: string): boolean {
  return path.startsWith("tests/") || /(?:\.test|\/test-[\w-]+|compliance)\.ts$/.test(path);
}

/** True when `path` is the folder or file `place`, or lies below it. */
export function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}
