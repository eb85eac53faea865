/** Law 7: time, randomness and ids come from two places, which tests replace. */
import { findBanned, type Ban, type Exception } from "./patterns.ts";
import { isIn, isTest, type Breach, type Law, type Tree } from "./tree.ts";

const clock = "take a Clock (platform/clock/clock.ts) as a part and ask it.";
const ids = "take Ids (platform/ids/ids.ts) as a part and ask it.";
const timer = "use clock.sleep, clock.every or until (platform/clock).";

const bans: readonly Ban[] = [
  { shape: /\bDate\.now\b/g, message: clock },
  { shape: /\bnew Date\(\s*\)/g, message: clock },
  { shape: /(?<!new )\bDate\(\s*\)/g, message: clock },
  { shape: /\bperformance\.(?:now|timeOrigin)\b/g, message: clock },
  { shape: /\bprocess\.(?:hrtime|uptime)\b/g, message: clock },
  { shape: /(?<!\.)\b(?:setTimeout|setInterval)\s*\(/g, message: timer },
  { shape: /\bAbortSignal\.timeout\b/g, message: "its timer cannot be steered: abort a controller after clock.sleep." },
  { shape: /\bMath\.random\b/g, message: ids },
  { shape: /\b(?:randomUUID|randomBytes|randomInt|randomFillSync|randomFill|getRandomValues)\b/g, message: ids },
];

const exceptions: readonly Exception[] = [
  { path: "src/platform/clock", because: "it is the clock" },
  { path: "src/platform/ids", because: "it is the source of ids" },
  {
    path: "src/platform/exec/exec.ts",
    because: "kills a program that hangs: real time is meant, whatever a test steers",
  },
  {
    path: "src/platform/bus/in-process.ts",
    because:
      "gives up on a call that hangs: real time is meant, and a promise for each call would cost more than the call",
  },
  { path: "src/horizon/web", because: "runs in a browser, where time decides only what a person sees for how long" },
];

export const steeringLaw: Law = {
  name: "steering",
  number: 7,
  why: "A test steers time, chance and ids; what reads them elsewhere can be tested only by waiting and hoping.",
  check: (tree) => [
    ...findBanned(tree, bans, ({ path }) => isIn(path, "src") && !isTest(path), exceptions),
    ...timerImports(tree),
  ],
};

/** The promise form of timers has harmless names once imported, so the import itself is what is looked for. */
function timerImports(tree: Tree): Breach[] {
  return [...tree.values()]
    .filter(({ path }) => isIn(path, "src") && !isIn(path, "src/platform"))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier === "node:timers/promises" || specifier === "node:timers")
        .map(({ specifier, line }) => ({ path, line, message: `imports ${specifier}: ${timer}` })),
    );
}
