/** Builds the dashboard's pages when they are missing or older than what they are made of. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#platform/clock/clock.ts";
import { exec } from "#platform/exec/exec.ts";

const root = join(import.meta.dirname, "..", "..");
const web = join(root, "src", "horizon", "web");
const workPrefix = ".build-";

/** What the pages are made of, seen from the checkout. A test holds that every contract they import is named here. */
export const pageSources: readonly string[] = [
  "src/horizon/web/src",
  "src/horizon/web/public",
  "src/horizon/web/index.html",
  "src/horizon/web/theme-sheet.ts",
  "src/horizon/web/vite.config.ts",
  "src/contracts/flow.ts",
  "src/contracts/nova/server-states.ts",
  "package-lock.json",
];

/**
 * Makes sure that `out` holds pages as new as their sources. Several processes may do this at once: each builds in a
 * folder of its own, and whole folders are exchanged, so nobody serves half a build. A release brings its pages along
 * and has no builder; there nothing is done.
 */
export async function ensureDashboard(tell: (line: string) => void, out = join(web, "dist")): Promise<void> {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  if (isFresh(out) || !existsSync(vite)) return;
  tell("Building the dashboard (a few seconds)");
  clearAbandoned();
  // Beside the pages: a folder is renamed only within its file system. What lies in `dist` is ignored by git.
  const work = mkdtempSync(join(web, workPrefix));
  try {
    const made = join(work, "dist");
    const began_s = systemClock().now() / 1000;
    await exec([process.execPath, vite, "build", web, "--outDir", made, "--logLevel", "error"], {
      cwd: root,
      timeout_ms: 300_000,
    });
    // As old as its beginning: what is edited while it builds is newer.
    utimesSync(join(made, "index.html"), began_s, began_s);
    // Whoever was first may be reading them already.
    if (!isFresh(out)) exchange(made, out, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function isFresh(out: string): boolean {
  const page = statSync(join(out, "index.html"), { throwIfNoEntry: false });
  return page !== undefined && Math.max(...pageSources.map((path) => newest(join(root, path)))) <= page.mtimeMs;
}

/** Puts `made` in the place of `out`, unless another does the same at this moment: its pages are as good. */
function exchange(made: string, out: string, work: string): void {
  mkdirSync(join(work, "before"));
  ignoring(["ENOENT"], () => renameSync(out, join(work, "before", "dist")));
  ignoring(["ENOTEMPTY", "EEXIST"], () => renameSync(made, out));
}

/** Of builds that were killed. */
function clearAbandoned(): void {
  const before = systemClock().now() - 3_600_000;
  for (const name of readdirSync(web).filter((one) => one.startsWith(workPrefix))) {
    const path = join(web, name);
    const age = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before;
    if (age < before) rmSync(path, { recursive: true, force: true });
  }
}

function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && codes.includes(String(error.code)))) throw error;
  }
}

function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
