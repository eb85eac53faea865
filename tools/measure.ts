/** `npm run measure`: how long files and functions are, room by room, so that drift is seen as a number. */
import { functionsOf } from "./measure/functions.ts";
import { row, table, type Sizes } from "./measure/table.ts";
import { roomOf } from "./laws/rooms.ts";
import { isTest, readTree, type SourceFile } from "./laws/tree.ts";
import { root } from "./run.ts";

/** Top folder for tests and tools, `src/nova` or deeper rooms for what is shipped. */
function groupOf({ path }: SourceFile): string {
  if (path.endsWith(".test.ts")) return "tests beside code";
  return path.startsWith("src/") ? (roomOf(path)?.folder ?? "no room") : (path.split("/")[0] ?? "");
}

function sizesOf(files: readonly SourceFile[]): Sizes {
  const lines = files.map(({ text }) => text.split("\n").length - 1);
  const filled = files.flatMap(({ text }) => text.split("\n")).filter((line) => line.trim() !== "").length;
  const code = files.flatMap(({ bare }) => bare.split("\n")).filter((line) => line.trim() !== "").length;
  return {
    lines,
    functions: files.flatMap((file) => functionsOf(file).map((one) => one.lines)),
    commented: filled === 0 ? 0 : (filled - code) / filled,
    described: files.filter(({ text }) => /^(?:#!.*\n)?\s*\/\*\*/.test(text)).length / Math.max(files.length, 1),
  };
}

const files = [...readTree(root).values()];
const groups = Map.groupBy(files, groupOf);
const shipped = files.filter(({ path }) => path.startsWith("src/") && !isTest(path));
const rows = [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([name, some]) => row(name, sizesOf(some)));
console.log(table([...rows, row("all that is shipped", sizesOf(shipped))]));

const longest = shipped.flatMap((file) => functionsOf(file).map((one) => ({ ...one, path: file.path })));
console.log("\nLongest functions");
for (const { path, line, lines } of longest.sort((a, b) => b.lines - a.lines).slice(0, 10)) {
  console.log(`${String(lines).padStart(5)}  ${path}:${line}`);
}
console.log("\nLongest files");
const byLength = shipped
  .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
  .sort((a, b) => b.lines - a.lines);
for (const { path, lines } of byLength.slice(0, 10)) console.log(`${String(lines).padStart(5)}  ${path}`);
