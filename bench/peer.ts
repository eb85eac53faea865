/**
 * Another cloud beside this one, measured by the same tool over the public APIs. The tool is not part of Cumulet; it
 * writes JSON: `results`, by section, each with numbers and with a `meter` of the processors used meanwhile.
 */
import { start } from "#platform/exec/exec.ts";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "./session.ts";
import { short } from "./stats.ts";

type Facts = Record<string, unknown>;

export interface Results {
  label?: string;
  started?: string;
  options?: Facts;
  results: Record<string, Facts>;
  memory_idle?: Facts;
  memory_end?: Facts;
}

/** Sizes of the measurement: the same for both clouds. */
const sizes = ["sections", "n", "seconds", "rps", "poll", "inflight"];

/** Runs the tool at `path` against our cloud, as it ran for `theirs`; its own file of results is `out`. */
export async function runTool(path: string, session: Session, theirs: Results, out: string): Promise<Results> {
  const { cloud, password } = session;
  const at = {
    "auth-url": `${cloud.url}/identity/v3`,
    password,
    project: "demo",
    image: "cumulet",
    network: "private",
  };
  const same = sizes.flatMap((name) =>
    theirs.options?.[name] === undefined ? [] : [[name, String(theirs.options[name])]],
  );
  const all = { ...at, ...Object.fromEntries(same), label: "Cumulet", tree: join(cloud.state_dir, "run"), out };
  const argv = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = start([process.execPath, path, ...argv], { stdio: ["ignore", "ignore", "inherit"], env: process.env });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${path} ended with ${code}`);
  return readResults(out);
}

export function readResults(path: string): Results {
  return JSON.parse(readFileSync(path, "utf8")) as Results;
}

/** Numbers that are compared, and whether more is better. */
const numbers: Record<string, "less" | "more"> = {
  p50: "less",
  per_s: "more",
  servers_per_s: "more",
  deleted_per_s: "more",
  upload_mib_s: "more",
  download_mib_s: "more",
  providers_per_s: "more",
};

interface Line {
  what: string;
  ours: number;
  theirs: number;
  /** How many times better ours is. */
  better: number;
}

export function compare(ours: Results, theirs: Results): Line[] {
  const lines: Line[] = [];
  for (const [section, own] of Object.entries(ours.results)) {
    const other = theirs.results[section];
    if (other) lines.push(...linesOf(section, own, other));
  }
  const idle = [ours, theirs].map((one) => Number(one.memory_idle?.["pss_mib"]));
  return [
    ...lines,
    line("memory when the tool began (ours after the work above), PSS MiB", idle[0], idle[1], "less"),
  ].filter(({ better }) => Number.isFinite(better));
}

function linesOf(section: string, own: Facts, other: Facts): Line[] {
  const lines: Line[] = [];
  for (const [name, value] of Object.entries(own)) {
    const twin = other[name];
    const which = numbers[name];
    if (which && typeof value === "number" && typeof twin === "number")
      lines.push(line(`${section} ${name}`, value, twin, which));
    if (name !== "meter" && isFacts(value) && isFacts(twin)) lines.push(...linesOf(`${section} ${name}`, value, twin));
  }
  const cpu = [own, other].map((one) => (isFacts(one["meter"]) ? Number(one["meter"]["sut_cpu_s"]) : Number.NaN));
  // How many requests were made in a time differs: there processor seconds say nothing.
  const comparable = !/\.c\d+$/.test(section) && (cpu[0] ?? 0) > 0.05;
  return comparable ? [...lines, line(`${section} processor s`, cpu[0], cpu[1], "less")] : lines;
}

function line(what: string, ours = Number.NaN, theirs = Number.NaN, which: "less" | "more"): Line {
  return { what, ours, theirs, better: which === "less" ? theirs / ours : ours / theirs };
}

function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null;
}

export function peerSection(ours: Results, theirs: Results): string {
  const rows = compare(ours, theirs).map(
    ({ what, ours: own, theirs: other, better }) => `| ${what} | ${short(own)} | ${short(other)} | ${short(better)} |`,
  );
  const name = theirs.label ?? "the other cloud";
  const failed = [ours, theirs].flatMap((one) =>
    Object.entries(one.results).flatMap(([section, facts]) =>
      facts["failed"] ? [`- ${one.label ?? "?"}, ${section}: ${String(facts["failed"])}`] : [],
    ),
  );
  return [
    `## Beside ${name}`,
    "",
    `The same tool, the same machine, one after the other (theirs: ${theirs.started ?? "at an unknown time"}). Ours is asked`,
    "with its simulated driver, theirs with its fake one. The conditions were not the same: other programs used",
    `${short(foreign(ours))} processors on average while ours was measured, ${short(foreign(theirs))} while theirs was. So the ratios of times`,
    "flatter the one with the quieter machine; processor seconds (of all processes of the cloud, for the same work)",
    "suffer less from that. What was measured on one of them only is left out.",
    "",
    `| | Cumulet | ${name} | times better |`,
    "|---|---:|---:|---:|",
    ...rows,
    "",
    ...failed,
  ].join("\n");
}

/** Processors that programs outside of the cloud used, over the whole measurement. */
function foreign(one: Results): number {
  const meters = Object.values(one.results).flatMap(({ meter }) => (isFacts(meter) ? [meter] : []));
  const wall_s = meters.reduce((sum, meter) => sum + Number(meter["wall_s"]), 0);
  return meters.reduce((sum, meter) => sum + Number(meter["foreign_cores"]) * Number(meter["wall_s"]), 0) / wall_s;
}
