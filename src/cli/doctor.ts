/** `cumulet doctor`: looks at the machine and the cloud, and says for each finding what to do. */
import { accessSync, constants, statfsSync, existsSync } from "node:fs";
import { missingPackages } from "#cloud/packages.ts";
import { makeUpstream } from "#platform/http/client.ts";
import { adminToken } from "./admin.ts";
import { say } from "./command.ts";
import { findRunning, stateDirOf, type RunningCloud, type StateOption } from "./running.ts";

interface Finding {
  ok: boolean;
  what: string;
  todo?: string;
}

export async function doctor(options: StateOption): Promise<void> {
  const dir = stateDirOf(options);
  const running = findRunning(dir);
  const findings = [
    ...machine(dir, running?.simulated ?? options.simulate !== undefined),
    ...(await cloud(dir, running)),
  ];
  for (const { ok, what, todo } of findings) say(`${ok ? "ok  " : "BAD "} ${what}${todo ? `\n     → ${todo}` : ""}`);
  const bad = findings.filter((finding) => !finding.ok).length;
  say(bad === 0 ? "Nothing is wrong." : `${bad} finding${bad === 1 ? "" : "s"}.`);
  process.exitCode = bad === 0 ? 0 : 1;
}

function machine(dir: string, simulated: boolean): Finding[] {
  const findings: Finding[] = [];
  const free_mb = existsSync(dir)
    ? Math.floor((statfsSync(dir).bavail * statfsSync(dir).bsize) / 1_048_576)
    : undefined;
  if (free_mb !== undefined)
    findings.push({
      ok: free_mb > 1024,
      what: `${free_mb} MB free below ${dir}`,
      ...(free_mb > 1024 ? {} : { todo: "free some: guests whose disks cannot grow pause" }),
    });
  if (simulated) return findings;
  const missing = missingPackages();
  for (const one of missing)
    findings.push({
      ok: false,
      what: `${one.package} is missing (${one.why})`,
      todo: `apt-get install --no-install-recommends ${one.package}, or run 'cumulet up' as root`,
    });
  if (missing.length === 0) findings.push({ ok: true, what: "all programs are there" });
  const root = process.getuid?.() === 0;
  findings.push({
    ok: root,
    what: root ? "running as root" : "not running as root",
    ...(root ? {} : { todo: "real guests need root; without it there is 'cumulet up --simulate'" }),
  });
  findings.push(kvm());
  return findings;
}

function kvm(): Finding {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return { ok: true, what: "/dev/kvm exists; whether it can run guests is measured at the first start" };
  } catch {
    return { ok: true, what: "no /dev/kvm: guests run in emulation, about ten times slower" };
  }
}

async function cloud(dir: string, running: RunningCloud | undefined): Promise<Finding[]> {
  if (!running) return [{ ok: false, what: `no cloud runs on ${dir}`, todo: "start one with 'cumulet up'" }];
  const upstream = makeUpstream({ local: new Map(), base_url: running.public_url });
  try {
    const token = await adminToken(upstream, dir);
    const read = async (path: string): Promise<unknown> =>
      (await upstream.fetch("compute", path, { headers: { "x-auth-token": token } })).json();
    const { services } = (await read("/v2.1/os-services")) as {
      services: { binary: string; host: string; state: string }[];
    };
    const { servers } = (await read("/v2.1/servers/detail?all_tenants=1&status=ERROR")) as {
      servers: { name: string; id: string; fault?: { message: string } }[];
    };
    return [
      { ok: true, what: `the APIs answer at ${running.public_url}` },
      ...services.map(({ binary, host, state }) => ({
        ok: state === "up",
        what: `${binary} on ${host} is ${state}`,
        ...(state === "up" ? {} : { todo: `look at its log: cumulet logs --state ${dir}` }),
      })),
      ...servers.map((server) => ({
        ok: false,
        what: `server ${server.name} is in ERROR: ${server.fault?.message ?? "no reason known"}`,
        todo: `cumulet trace ${server.id}`,
      })),
    ];
  } catch (error) {
    return [
      {
        ok: false,
        what: `the cloud at ${running.public_url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
        todo: `look at its log: cumulet logs --state ${dir}`,
      },
    ];
  } finally {
    await upstream.close();
  }
}
