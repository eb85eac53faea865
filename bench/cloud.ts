/** The cloud under measurement: started by `./cumulet` as a user starts it, in a process of its own, simulated. */
import { start } from "#platform/exec/exec.ts";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const launcher = join(import.meta.dirname, "..", "cumulet");

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a measurement reads what it needs
  body: any;
  ms: number;
}

export interface Cloud {
  url: string;
  pid: number;
  state_dir: string;
  /** From the start of the launcher to the first good answer of an API, in milliseconds. */
  first_answer_ms: number;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startCloud(state_dir: string): Promise<Cloud> {
  mkdirSync(join(state_dir, "run"), { recursive: true });
  const port = await freePort();
  const log = openSync(join(state_dir, "bench.log"), "a");
  const began = performance.now();
  const argv = ["up", "--simulate", "--state", state_dir, "--port", String(port)];
  const child = start([launcher, ...argv], { stdio: ["ignore", log, log], env: process.env });
  closeSync(log);
  const ended = once(child, "exit");
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  const url = `http://127.0.0.1:${port}`;
  const ask: Cloud["ask"] = (method, path, body, headers = {}) => send(agent, method, url + path, body, headers);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the cloud did not start: see ${join(state_dir, "bench.log")}`);
    const { status } = await ask("GET", "/identity/v3").catch(() => ({ status: 0 }));
    if (status >= 200 && status < 400) break;
    await sleep(2);
  }
  const first_answer_ms = performance.now() - began;
  writeFileSync(join(state_dir, "run", "cumulet.pid"), String(child.pid));
  return {
    url,
    pid: child.pid ?? 0,
    state_dir,
    first_answer_ms,
    ask,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      agent.destroy();
    },
  };
}

/** Waits until the cloud has its first image: everything is there. */
export async function complete({ state_dir }: Cloud): Promise<void> {
  while (!readdirSync(state_dir).includes("running.json")) await sleep(50);
}

/** Proportional memory of the process and its children, in MiB. */
export function memory_mib(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  const own = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return children.reduce((sum, child) => sum + memory_mib(Number(child)), Number(own ?? 0) / 1024);
}

/** Processor seconds that the process has used. */
export function cpu_s(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  server.close();
  await once(server, "close");
  return port;
}

function send(
  agent: Agent,
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const length =
    text === "" ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      { method, agent, headers: { accept: "application/json", ...length, ...headers } },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => chunks.push(chunk));
        reply.on("error", reject);
        reply.on("end", () => {
          const ms = performance.now() - began;
          const got = Buffer.concat(chunks).toString();
          const parsed: unknown = /^[[{]/.test(got) ? JSON.parse(got) : got;
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: parsed, ms });
        });
      },
    );
    asking.on("error", reject);
    asking.end(text);
  });
}
