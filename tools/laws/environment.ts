/** Law 9: the environment is read where the cloud is wired. */
import { findBanned, type Ban, type Exception } from "./patterns.ts";
import { isIn, isTest, type Law } from "./tree.ts";

const bans: readonly Ban[] = [
  { shape: /\bprocess\s*\.\s*env\b/g, message: "take the value as an option; cloud/ and cli/ read the environment." },
  { shape: /\bimport\.meta\.env\b/g, message: "take the value as an option; cloud/ and cli/ read the environment." },
  {
    shape: /\bprocess\.(?:chdir|umask)\s*\(/g,
    message: "changes the process for every part in it. Pass paths and modes.",
  },
];

const exceptions: readonly Exception[] = [
  { path: "src/cloud", because: "wires the parts" },
  { path: "src/cli", because: "is what a user starts" },
];

export const environmentLaw: Law = {
  name: "environment",
  number: 9,
  why: "Whoever reads the environment has an option that no configuration file shows and no test passes in.",
  check: (tree) => findBanned(tree, bans, ({ path }) => isIn(path, "src") && !isTest(path), exceptions),
};
