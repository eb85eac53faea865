/** A listening socket that belongs to another network namespace (see listen.ts). */
import { Server } from "node:net";
import { fileURLToPath } from "node:url";
import type { Clock } from "#platform/clock/clock.ts";
import { start } from "#platform/exec/exec.ts";

const limit_ms = 15_000;

/**
 * Resolves with a server that listens in `namespace` and accepts nothing until it is given to an HTTP server. As long
 * as it is open, the kernel keeps the namespace alive: close it before the namespace is removed.
 */
export function listenInNamespace(
  prefix: readonly string[],
  namespace: string,
  address: string,
  port: number,
  signal: AbortSignal,
  clock: Clock,
): Promise<Server> {
  const script = fileURLToPath(new URL("./listen.ts", import.meta.url));
  const node = [process.execPath, "--no-warnings", script, address, `${port}`];
  const [program = "ip", ...rest] = [...prefix, "ip", "netns", "exec", namespace, ...node];
  return new Promise((resolve, reject) => {
    const child = start([program, ...rest], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const fail = (reason: string): void => {
      child.kill("SIGKILL");
      reject(new Error(`no socket on ${address}:${port} in ${namespace}: ${reason}`));
    };
    const answered = new AbortController();
    clock.sleep(limit_ms, answered.signal).then(
      () => fail("no answer"),
      () => undefined,
    );
    const abort = (): void => fail("stopped");
    signal.addEventListener("abort", abort, { once: true });
    const done = (): void => {
      answered.abort();
      signal.removeEventListener("abort", abort);
    };
    child.on("message", (message: { error?: string }, handle) => {
      done();
      if (handle instanceof Server) resolve(handle);
      else fail(message.error ?? "no socket came");
    });
    child.on("error", (error) => {
      done();
      fail(error.message);
    });
    child.on("exit", (code) => {
      done();
      reject(new Error(`no socket on ${address}:${port} in ${namespace}: exit code ${code}`));
    });
  });
}
