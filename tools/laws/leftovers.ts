/** What is begun and not finished, or switched off without saying why. */
import { findBanned, type Ban } from "./patterns.ts";
import { isIn, type Breach, type Law, type SourceFile, type Tree } from "./tree.ts";

const inCode: readonly Ban[] = [
  {
    shape: /\b(?:test|it|describe|suite|t|context)\s*\.\s*(?:skip|only|todo)\b/g,
    message: "every test runs, or is deleted.",
  },
  { shape: /\bas any\b/g, message: "describe the type, or use unknown and check." },
  { shape: /\bdebugger\b/g, message: "take it out." },
];

/** Options of tests; elsewhere these words mean something else. */
const inTests: readonly Ban[] = [
  { shape: /[{,]\s*(?:skip|only|todo)\s*:/g, message: "every test runs, or is deleted." },
];

const inComments: readonly Ban[] = [
  { shape: /\b(?:TODO|FIXME|XXX|HACK)\b/, message: "finish it, or write down in the documentation what is missing." },
  {
    shape: /@ts-(?:ignore|nocheck)\b/,
    message: "mend the type; where a test means the error, use @ts-expect-error with a reason.",
  },
  { shape: /@ts-expect-error\s*(?:\*\/)?$/, message: "say after it what error is expected and why." },
  { shape: /\beslint-disable\b/, message: "the linter is oxlint." },
  {
    shape: /\boxlint-disable(?![\s\S]*\s--\s+\S)/,
    message: "say why, after two dashes: oxlint-disable-next-line rule -- reason.",
  },
];

export const leftoversLaw: Law = {
  name: "leftovers",
  why: "What is switched off or postponed is forgotten; then it is a gap that nobody sees.",
  check: (tree: Tree) => [
    ...findBanned(tree, inCode, ({ path }) => !isIn(path, "tools/laws")),
    ...findBanned(tree, inTests, ({ path }) => path.endsWith(".test.ts") && !isIn(path, "tools/laws")),
    ...[...tree.values()].filter(({ path }) => !isIn(path, "tools/laws")).flatMap(checkComments),
  ],
};

function checkComments({ path, comments }: SourceFile): Breach[] {
  return comments.flatMap(({ line, text }) =>
    inComments
      .filter(({ shape }) => shape.test(text))
      .map(({ message }) => ({ path, line, message: `${text.trim().split("\n")[0]?.slice(0, 60)}: ${message}` })),
  );
}
