/** Starting the checkers and the test runner. Unlike the cloud's programs they get the developer's environment. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname, "..");

/**
 * The environment, with the checkout's own Node and checkers before those of the system. A test runner started by a test
 * must not take itself for that test's child, so Node's own mark is taken out.
 */
function env(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  return { ...rest, PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env["PATH"] ?? ""}` };
}

export interface Ran {
  /** 0 when all went well; 127 when the program could not be started. */
  code: number;
  /** Both outputs in the order of writing; empty when they went to the terminal. */
  output: string;
}

/** Runs a program in the checkout to its end, keeping its output. */
export function runKeeping([program, ...args]: readonly [string, ...string[]]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: env(), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a program whose output passes through to the terminal; resolves with its exit code. */
export function runThrough([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, env: env(), stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
