/** Builds the dashboard's pages when they are missing or older than their sources. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { exec } from "#platform/exec/exec.ts";

const root = join(import.meta.dirname, "..", "..");
const web = join(root, "src", "horizon", "web");
const built = join(web, "dist", "index.html");

export async function ensureDashboard(tell: (line: string) => void): Promise<void> {
  if (existsSync(built) && newest(join(web, "src")) <= statSync(built).mtimeMs) return;
  if (!existsSync(join(root, "node_modules", "vite"))) return;
  tell("Building the dashboard (once, about 10 s)");
  await exec([process.execPath, join(root, "node_modules", "vite", "bin", "vite.js"), "build", web, "--logLevel", "error"], { cwd: root, timeout_ms: 300_000 });
}

function newest(dir: string): number {
  return Math.max(0, ...readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).mtimeMs : 0)));
}
