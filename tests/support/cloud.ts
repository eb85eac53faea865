/** A whole simulated cloud for a test: its own state folder, its own port, the real Keystone; and a client for it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudConfig } from "#cloud/config.ts";
import { hostNames } from "#cloud/hosts.ts";
import { startCloud, type RunningCloud } from "#cloud/one-process.ts";
import { openStateFolder } from "#cloud/state-folder.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { readConfig } from "#platform/config/toml.ts";
import { makeUpstream, type ServiceName } from "#platform/http/client.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeLog } from "#platform/log/log.ts";

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read bodies freely: what they assert is the check
  body: any;
}

export interface TestCloud {
  url: string;
  state_dir: string;
  admin_password: string;
  demo_password: string;
  /** Stops the process's roles and starts them again on the same folder. */
  restart(): Promise<void>;
  ask(
    method: string,
    service: ServiceName,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** A token of a user, scoped to a project. */
  login(user: string, password: string, project?: string): Promise<string>;
  admin(): Promise<string>;
  demo(): Promise<string>;
  stop(): Promise<void>;
}

export interface TestCloudOptions {
  hosts?: number;
  /** Lines of `cumulet.toml`. */
  config?: string;
}

export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const state_dir = mkdtempSync(join(tmpdir(), "cumulet-test-"));
  const hosts = options.hosts ?? 1;
  let running = await begin(state_dir, hosts, options.config);
  const cloud: TestCloud = {
    get url() {
      return running.public_url;
    },
    state_dir,
    get admin_password() {
      return running.admin_password;
    },
    get demo_password() {
      return running.demo_password;
    },
    async restart() {
      await running.stop();
      running = await begin(state_dir, hosts, options.config);
    },
    ask: (method, service, path, request = {}) => askCloud(running.public_url, method, service, path, request),
    login: (user, password, project) => loginTo(running.public_url, user, password, project),
    admin: () => loginTo(running.public_url, "admin", running.admin_password, "admin"),
    demo: () => loginTo(running.public_url, "demo", running.demo_password, "demo"),
    async stop() {
      await running.stop();
      rmSync(state_dir, { recursive: true, force: true });
    },
  };
  return cloud;
}

async function begin(
  state_dir: string,
  hosts: number,
  text?: string,
): Promise<RunningCloud & { admin_password: string; demo_password: string }> {
  const state = openStateFolder(state_dir, hostNames(hosts), systemIds());
  const config = readConfig(CloudConfig, `[api]\nport = 0\n${text ?? ""}`, "test");
  const log = makeLog({ level: process.env["CUMULET_TEST_LOG"] === "1" ? "info" : "silent" });
  const cloud = await startCloud({
    config,
    state,
    simulated_hosts: hosts,
    log,
    tell: () => undefined,
    version: "test",
  });
  const stop = async (): Promise<void> => {
    await cloud.stop();
    state.release();
  };
  return { ...cloud, stop, admin_password: state.secrets.admin_password, demo_password: state.secrets.demo_password };
}

export async function askCloud(
  base_url: string,
  method: string,
  service: ServiceName,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> },
): Promise<Answer> {
  const upstream = makeUpstream({ local: new Map(), base_url });
  const headers = {
    accept: "application/json",
    ...(options.token ? { "x-auth-token": options.token } : {}),
    ...(options.body === undefined ? {} : { "content-type": "application/json" }),
    ...options.headers,
  };
  const body =
    options.body === undefined ? null : typeof options.body === "string" ? options.body : JSON.stringify(options.body);
  const response = await upstream.fetch(service, path, { method, headers, body });
  const text = await response.text();
  await upstream.close();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text,
  };
}

export async function loginTo(base_url: string, name: string, password: string, project?: string): Promise<string> {
  const domain = { id: "default" };
  const scope = project === undefined ? {} : { scope: { project: { name: project, domain } } };
  const body = {
    auth: { identity: { methods: ["password"], password: { user: { name, domain, password } } }, ...scope },
  };
  const answer = await askCloud(base_url, "POST", "identity", "/v3/auth/tokens", { body });
  if (answer.status !== 201) throw new Error(`log-in of ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.headers.get("x-subject-token") ?? "";
}

/** Waits until `probe` gives something. */
export function eventually<T>(what: string, probe: () => Promise<T | undefined>, limit_ms = 20_000): Promise<T> {
  return until(systemClock(), probe, { limit_ms, period_ms: 10, what });
}
