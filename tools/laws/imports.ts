/** What a file imports, and where in the tree that is. */
import { posix } from "node:path";
import { lineAt } from "./scan.ts";

export interface Import {
  /** As written: `#platform/clock/clock.ts`. */
  specifier: string;
  /** Path in the tree; undefined for packages and Node's own modules. */
  target: string | undefined;
  /** `type` is gone at run time; `value` loads the module, as do `dynamic` and `worker` later. */
  kind: "value" | "type" | "dynamic" | "worker";
  line: number;
}

/** Groups: 1 the words before the specifier that make it a type import, if any. */
const shapes: readonly { kind: Import["kind"]; shape: RegExp }[] = [
  { kind: "value", shape: /^[ \t]*import\s+(type\s(?!from\b))?[^;"'()]*?\bfrom\s*["']/gm },
  { kind: "value", shape: /^[ \t]*export\s+(type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["']/gm },
  { kind: "value", shape: /^[ \t]*import\s*["']/gm },
  { kind: "dynamic", shape: /(\btypeof\s+)?\bimport\(\s*["'`]/g },
  { kind: "worker", shape: /\bnew URL\(\s*["'`](?=[^)]*import\.meta\.url)/g },
];

/** `code` is the text with strings blanked (see scan.ts): an import inside a string is none. */
export function findImports(path: string, text: string, code: string): Import[] {
  const found: Import[] = [];
  for (const { kind, shape } of shapes) {
    for (const match of code.matchAll(shape)) {
      const start = match.index + match[0].length;
      const end = code.slice(start).search(/["'`]/) + start;
      const specifier = text.slice(start, end);
      if (kind === "worker" && !specifier.endsWith(".ts")) continue;
      const line = lineAt(text, start);
      found.push({ specifier, target: resolve(path, specifier), kind: match[1] ? "type" : kind, line });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith("#tests/")) return specifier.slice(1);
  if (specifier.startsWith("#")) return `src/${specifier.slice(1)}`;
  return undefined;
}
