/** `cumulet trace <server>`: the steps of a server's creation, in the terminal. */
import type { ServerTrace, TraceStep } from "#contracts/trace/trace.ts";
import { flow } from "#contracts/flow.ts";
import { SetupError } from "#cloud/state-folder.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { makeUpstream, type Upstream } from "#platform/http/client.ts";
import { adminToken, findServer } from "./admin.ts";
import { say } from "./command.ts";
import { getRunning, stateDirOf, type StateOption } from "./running.ts";

interface TraceOptions extends StateOption {
  json?: boolean;
  follow?: boolean;
}

export async function trace(name: string, options: TraceOptions): Promise<void> {
  const dir = stateDirOf(options);
  const upstream = makeUpstream({ local: new Map(), base_url: getRunning(dir).public_url });
  const token = await adminToken(upstream, dir);
  const server_id = await findServer(upstream, token, name);
  if (options.follow) await followTrace(upstream, token, server_id);
  else {
    const whole = await read(upstream, token, server_id);
    if (options.json) say(JSON.stringify(whole, null, 2));
    else show(whole);
  }
  await upstream.close();
}

async function read(upstream: Upstream, token: string, server_id: string): Promise<ServerTrace> {
  const response = await upstream.fetch("trace", `/v1/servers/${server_id}`, { headers: { "x-auth-token": token } });
  if (response.status !== 200) throw new SetupError(`The trace of ${server_id} cannot be read (${response.status}).`);
  return (await response.json()) as ServerTrace;
}

async function followTrace(upstream: Upstream, token: string, server_id: string): Promise<void> {
  const clock = systemClock();
  const shown = new Set<number>();
  for (;;) {
    const whole = await read(upstream, token, server_id);
    for (const step of whole.steps) {
      if (!shown.has(step.step)) say(lineOf(step));
      shown.add(step.step);
    }
    if (whole.state === "complete") return;
    await clock.sleep(100);
  }
}

function show(whole: ServerTrace): void {
  const done = new Map(whole.steps.map((step) => [step.step, step]));
  for (const row of flow) {
    const step = done.get(row.step);
    if (step) say(lineOf(step));
    else if (whole.skipped.includes(row.step))
      say(`${number(row.step)}  ${" ".repeat(24)}${row.from} → ${row.to}: not needed for this server`);
    else say(`${number(row.step)}  ${" ".repeat(24)}${row.from} → ${row.to}: not yet`);
  }
}

function number(step: number): string {
  return String(step).padStart(2);
}

function lineOf(step: TraceStep): string {
  const offset = `+${step.offset_ms.toFixed(1)} ms`.padStart(13);
  const duration = `${step.duration_ms.toFixed(1)} ms`.padStart(9);
  const failure = step.status === "error" ? `  FAILED: ${step.detail ?? ""}` : "";
  return `${number(step.step)} ${offset} ${duration}  ${step.from} → ${step.to}: ${step.name}${failure}`;
}
