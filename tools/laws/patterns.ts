/** Laws of the form "this must not stand there": what is looked for, where it is allowed, what to do instead. */
import { lineAt } from "./scan.ts";
import { isIn, type Breach, type SourceFile, type Tree } from "./tree.ts";

export interface Ban {
  shape: RegExp;
  /** What was found, and what to write instead. */
  message: string;
}

/** A place where a ban does not hold, always with its reason. */
export interface Exception {
  path: string;
  because: string;
}

/** Breaches of `bans` in the files chosen by `where`; looks at code, never into strings and comments. */
export function findBanned(
  tree: Tree,
  bans: readonly Ban[],
  where: (file: SourceFile) => boolean,
  exceptions: readonly Exception[] = [],
): Breach[] {
  return [...tree.values()]
    .filter((file) => where(file) && !exceptions.some(({ path }) => isIn(file.path, path)))
    .flatMap((file) => bans.flatMap((ban) => hits(file, ban)));
}

function hits({ path, text, code }: SourceFile, { shape, message }: Ban): Breach[] {
  return [...code.matchAll(shape)].map(({ 0: found, index }) => {
    const at = index + found.length - found.trimStart().length;
    return {
      path,
      line: lineAt(text, at),
      message: `${found.trim().replaceAll(/\s+/g, " ").slice(0, 60)}: ${message}`,
    };
  });
}
