/** `node tools/laws/main.ts`: holds the laws of CONTRIBUTING.md that can be read from the source. */
import { join } from "node:path";
import { laws } from "./laws.ts";
import { readTree, type Law, type Tree } from "./tree.ts";

const root = join(import.meta.dirname, "..", "..");

function report(law: Law, tree: Tree): number {
  const breaches = law.check(tree);
  if (breaches.length === 0) return 0;
  const title = law.number === undefined ? `Law "${law.name}"` : `Law ${law.number} (${law.name})`;
  console.log(`${title}: ${law.why}`);
  for (const { path, line, message } of breaches) console.log(`  ${path}:${line}: ${message}`);
  console.log("");
  return breaches.length;
}

const tree = readTree(root);
const count = laws.reduce((sum, law) => sum + report(law, tree), 0);
console.log(`${laws.length} laws, ${tree.size} files: ${count === 0 ? "all kept" : `${count} breaches`}`);
process.exitCode = count === 0 ? 0 : 1;
