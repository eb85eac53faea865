/** Law 1: agents reach no database, however long the way of imports. */
import { isIn, isTest, type Breach, type Law, type SourceFile, type Tree } from "./tree.ts";

const agents = ["src/nova/compute", "src/neutron/agent", "src/cinder/volume"];
const databasePackages = ["kysely", "node:sqlite", "pg"];

export const agentsLaw: Law = {
  name: "agents",
  number: 1,
  why: "An agent's host runs strangers' guests: whoever breaks out of one must find no way to a database.",
  check(tree) {
    return [...tree.values()]
      .filter((file) => !isTest(file.path) && agents.some((folder) => isIn(file.path, folder)))
      .flatMap((file) => checkAgent(tree, file));
  },
};

function isStore(path: string): boolean {
  return /\/store(?:\/|\.ts$)/.test(path) && !isIn(path, "src/glance/stores") ? true : isIn(path, "src/platform/db");
}

/** One breach per import of this file that leads to a store; the whole way is told. */
function checkAgent(tree: Tree, file: SourceFile): Breach[] {
  const instead = "Ask over the queue (contracts/*/messages.ts), or pass in what is needed.";
  return file.imports.flatMap(({ specifier, target, kind, line }) => {
    if (kind === "type") {
      if (!isStore(target ?? "") && !databasePackages.includes(specifier)) return [];
      const message = `knows the types of a store (${specifier}). Describe in contracts/ what crosses over.`;
      return [{ path: file.path, line, message }];
    }
    const way = wayToStore(tree, target ?? specifier, new Set([file.path]));
    return way
      ? [{ path: file.path, line, message: `reaches a store: ${[file.path, ...way].join(" → ")}. ${instead}` }]
      : [];
  });
}

function wayToStore(tree: Tree, from: string, seen: Set<string>): string[] | undefined {
  if (seen.has(from)) return undefined;
  seen.add(from);
  if (isStore(from) || databasePackages.includes(from)) return [from];
  for (const { specifier, target, kind } of tree.get(from)?.imports ?? []) {
    const way = kind === "type" ? undefined : wayToStore(tree, target ?? specifier, seen);
    if (way) return [from, ...way];
  }
  return undefined;
}
