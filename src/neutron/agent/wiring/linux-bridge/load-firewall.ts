/** Brings the packet filter of the host's own namespace to the plan. */
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { type Firewall, renderFirewall } from "./firewall.ts";
import { parseTable } from "./observe.ts";
import type { Programs } from "../programs.ts";
import { fail, type Run } from "../run.ts";

/**
 * Loads the whole filter in one transaction, unless it is there already. When nft refuses it, the ports nft refuses
 * one by one are shut and the rest is loaded; when even that fails, every port has failed and the old filter stays.
 * Resolves with the ports through which nothing may pass.
 */
export async function loadFirewall(
  run: Run,
  cloudId: string,
  plan: HostPlan,
  dead: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  await ensureBridgeNetfilter(run);
  const firewall = renderFirewall(cloudId, plan, dead);
  if (await loaded(run.programs, firewall)) return firewall.refused;
  const refusal = await load(run, firewall);
  if (refusal === undefined) return firewall.refused;
  const shut = new Map(firewall.refused);
  for (const [id, reason] of await guilty(run.programs, cloudId, plan, shut)) shut.set(id, reason);
  const rest = renderFirewall(cloudId, plan, shut);
  const again = shut.size > firewall.refused.size ? await load(run, rest) : refusal;
  if (again === undefined) return rest.refused;
  for (const port of plan.ports) fail(run, { kind: "port", id: port.id }, `the packet filter was refused: ${again}`);
  return new Map(plan.ports.map((port) => [port.id, again]));
}

/** Removes both tables; nothing happens when they are not there. */
export async function unloadFirewall(programs: Programs, table: string): Promise<void> {
  const lines = ["bridge", "inet"].map((family) => `add table ${family} ${table}\ndelete table ${family} ${table}\n`);
  await programs.run(["nft", "-f", "-"], { input: lines.join("") });
}

/** Without these switches bridged packets never meet the security groups. */
async function ensureBridgeNetfilter(run: Run): Promise<void> {
  const names = ["net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables"] as const;
  const now = await run.programs.run(["sysctl", "-n", ...names]);
  if (/^1\s+1\s*$/.test(now.stdout)) return;
  await run.programs.run(["sysctl", "-qw", ...names.map((name) => `${name}=1`)]);
  run.changes.push("sysctl: bridged packets meet the packet filter");
}

async function loaded(programs: Programs, firewall: Firewall): Promise<boolean> {
  const families = await Promise.all(
    ["bridge", "inet"].map((family) =>
      programs.run(["nft", "-j", "-t", "list", "table", family, firewall.table], { okCodes: [0, 1] }),
    ),
  );
  if (families.some((family) => family.code !== 0)) return false;
  const tables = families.map((family) => parseTable(family.stdout));
  const rules = tables.reduce((sum, table) => sum + table.rules, 0);
  return tables.every((table) => table.digest === firewall.digest) && rules === firewall.rules;
}

/** Undefined when it is loaded, else what nft said. */
async function load(run: Run, firewall: Firewall): Promise<string | undefined> {
  const result = await run.programs.run(["nft", "-f", "-"], { input: firewall.text, okCodes: [0, 1] });
  if (result.code !== 0) return result.stderr.trim().slice(0, 400);
  run.changes.push(`nft: filter ${firewall.digest} loaded (${firewall.rules} rules)`);
  return undefined;
}

/** The ports that nft refuses even alone. */
async function guilty(
  programs: Programs,
  cloudId: string,
  plan: HostPlan,
  dead: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const port of plan.ports.filter((entry) => !dead.has(entry.id))) {
    const { text } = renderFirewall(cloudId, { ...plan, ports: [port] }, dead);
    const check = await programs.run(["nft", "-c", "-f", "-"], { input: text, okCodes: [0, 1] });
    if (check.code !== 0) found.set(port.id, `the packet filter refuses it: ${check.stderr.trim().slice(0, 300)}`);
  }
  return found;
}
