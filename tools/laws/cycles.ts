/** Modules that load each other: which one runs first then depends on who asks first. */
import { isTest, type Breach, type Law, type Tree } from "./tree.ts";

export const cyclesLaw: Law = {
  name: "cycles",
  why: "Files that import each other cannot be understood or tested one without the other, and load in an odd order.",
  check(tree) {
    const done = new Set<string>();
    return [...tree.keys()].filter((path) => !isTest(path)).flatMap((path) => walk(tree, path, [], done));
  },
};

function walk(tree: Tree, path: string, way: readonly string[], done: Set<string>): Breach[] {
  const start = way.indexOf(path);
  if (start !== -1) {
    const round = [...way.slice(start), path].join(" → ");
    const message = `closes a cycle: ${round}. Move what both need into a third file, or use \`import type\`.`;
    return [{ path: way.at(-1) ?? path, line: 1, message }];
  }
  if (done.has(path)) return [];
  const found = (tree.get(path)?.imports ?? []).flatMap(({ target, kind }) =>
    kind === "value" && target !== undefined && tree.has(target) ? walk(tree, target, [...way, path], done) : [],
  );
  done.add(path);
  return found;
}
