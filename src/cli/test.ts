/** `cumulet test`: the checks and all tests of a checkout. */
import { join } from "node:path";
import { start } from "#platform/exec/exec.ts";

export async function test(areas: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, "..", "..");
  const env = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}` };
  const child = start([process.execPath, join(root, "tools", "test.ts"), ...areas], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  process.exitCode = code;
}
