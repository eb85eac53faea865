/** Law 9: nothing in a module remembers anything. */
import { findBanned, type Ban, type Exception } from "./patterns.ts";
import { isIn, isTest, type Law } from "./tree.ts";

const instead = "Keep it in what a function makes and returns; cloud/ makes it once.";

const bans: readonly Ban[] = [
  {
    shape: /^(?:export )?(?:let|var) \w+/gm,
    message: `a module that remembers is shared by all clouds of a process. ${instead}`,
  },
  {
    shape: /^(?:export )?const \w+(?::[^=\n]+)? = new (?:Map|Set|WeakMap|WeakSet|Array)(?:<[^=;\n]*>)?\(\s*\)/gm,
    message: `an empty collection at module level is there to be filled. ${instead}`,
  },
  {
    shape: /^(?:export )?const \w+(?::[^=\n]+)? = (?:\[\s*\]|\{\s*\})(?! as const)/gm,
    message: `an empty collection at module level is there to be filled. ${instead}`,
  },
  {
    shape: /^(?:export )?const \w+(?::[^=\n]+)? = new (?:EventEmitter|AbortController|DatabaseSync|Pool|Agent)\b/gm,
    message: `a module-level object with a life of its own. ${instead}`,
  },
];

const exceptions: readonly Exception[] = [
  { path: "src/horizon/web", because: "a page has one session; its modules live exactly as long as the page" },
];

export const singletonsLaw: Law = {
  name: "singletons",
  number: 9,
  why: "Two clouds in one process (tests run many) must not meet in a module's variable.",
  check: (tree) => findBanned(tree, bans, ({ path }) => isIn(path, "src") && !isTest(path), exceptions),
};
