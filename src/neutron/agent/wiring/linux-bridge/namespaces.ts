/** The namespaces of routers and DHCP servers: found, made, filled, removed. */
import type { MetadataHost } from "#neutron/agent/metadata/metadata-host.ts";
import { namespaceChanges, ownsNamespace } from "./diff.ts";
import type { DnsmasqHost } from "./dnsmasq.ts";
import { digestOf } from "../names.ts";
import { listNamespaces, observeNamespace, type ObservedNamespace } from "./observe.ts";
import type { Programs } from "../programs.ts";
import { attempt, batch, eachOf, fail, failed, type Run } from "../run.ts";
import { metadataAddress, type WantedNamespace } from "../want.ts";

const atOnce = 4;

/** Namespaces of others by inode, so that they are entered only once. Lives as long as the wiring. */
export type Strangers = Map<string, number>;

/** All namespaces that are this cloud's, and those of `wanted` whosoever they are. */
export async function findNamespaces(
  programs: Programs,
  alias: string,
  wanted: ReadonlySet<string>,
  strangers: Strangers,
): Promise<Map<string, ObservedNamespace>> {
  const found = new Map<string, ObservedNamespace>();
  const names = [...(await listNamespaces())].filter(([name, inode]) => strangers.get(name) !== inode);
  await eachOf(names, atOnce, async ([name, inode]) => {
    const space = await observeNamespace(programs, name, inode);
    const owner = space?.links.get("lo")?.alias ?? "";
    if (space !== undefined && (ownsNamespace(owner, alias) || wanted.has(name))) found.set(name, space);
    else if (owner !== "") strangers.set(name, inode);
  });
  return found;
}

/** Removes what nobody wants any more, with everything that lives in it. */
export async function removeNamespaces(
  run: Run,
  names: readonly string[],
  dnsmasq: DnsmasqHost,
  metadata: MetadataHost | undefined,
): Promise<void> {
  await eachOf(names, atOnce, async (name) => {
    await attempt(run, { kind: "leftover", id: name }, async () => {
      await metadata?.release(name);
      if (name.startsWith("qdhcp-")) await dnsmasq.remove(name.slice("qdhcp-".length));
      await run.programs.run(["ip", "netns", "del", name]);
      run.changes.push(`ip netns del ${name}`);
    });
  });
}

/** Makes the missing ones; those with another cloud's mark fail. */
export async function makeNamespaces(
  run: Run,
  wanted: readonly WantedNamespace[],
  present: ReadonlyMap<string, ObservedNamespace>,
): Promise<void> {
  const names = await listNamespaces();
  const missing: WantedNamespace[] = [];
  for (const space of wanted) {
    const owner = present.get(space.name)?.links.get("lo")?.alias ?? "";
    if (owner !== "" && !ownsNamespace(owner, run.alias)) fail(run, space.item, `${space.name} belongs to ${owner}`);
    else if (!present.has(space.name)) missing.push(space);
  }
  const half = missing.filter((space) => names.has(space.name));
  await batch(run, half.map((space) => ({ item: space.item, command: `netns del ${space.name}` }))); // prettier-ignore
  await batch(run, missing.map((space) => ({ item: space.item, command: `netns add ${space.name}` }))); // prettier-ignore
}

/**
 * Brings the inside of one namespace to what is wanted; `there` is what was in it before, if anything. Translation and
 * switches come before the addresses, so that no packet meets a half-made router and new addresses are announced; the
 * mark comes last, so that a run that was interrupted does it all again.
 */
export async function fillNamespace(
  run: Run,
  wanted: WantedNamespace,
  there: ObservedNamespace | undefined,
): Promise<void> {
  if (failed(run, wanted.item)) return;
  const complete = `${run.alias}:${digestOf(JSON.stringify([wanted.sysctls, wanted.nft]))}`;
  const done = there?.links.get("lo")?.alias === complete;
  if (!done) await attempt(run, wanted.item, () => settings(run, wanted));
  if (failed(run, wanted.item)) return;
  await batch(run, namespaceChanges(wanted, there, run.alias, metadataAddress), wanted.name);
  if (done || failed(run, wanted.item)) return;
  await attempt(run, wanted.item, async () => {
    await run.programs.run(["ip", "-n", wanted.name, "link", "set", "dev", "lo", "alias", complete]);
  });
}

async function settings(run: Run, wanted: WantedNamespace): Promise<void> {
  const inside = ["ip", "netns", "exec", wanted.name] as const;
  if (wanted.nft !== "") await run.programs.run([...inside, "nft", "-f", "-"], { input: wanted.nft });
  if (wanted.sysctls.length > 0) await run.programs.run([...inside, "sysctl", "-qw", ...wanted.sysctls]);
  run.changes.push(`${wanted.name}: settings and address translation`);
}
