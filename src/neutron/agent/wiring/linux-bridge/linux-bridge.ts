/**
 * Wiring with what every Linux has: bridges, taps, veths, namespaces, nftables, dnsmasq. Needs root, iproute2, nft,
 * dnsmasq, sysctl. One pass looks, compares and does the difference; the decisions are in the pure files beside this.
 */
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { type MetadataHost, metadataHost } from "#neutron/agent/metadata/metadata-host.ts";
import type { ProxySettings } from "#neutron/agent/metadata/proxy.ts";
import type { Clock } from "#platform/clock/clock.ts";
import type { Applied, ObservedHost, Wiring } from "#neutron/agent/wiring/wiring.ts";
import { checkPlan } from "../check-plan.ts";
import { linkChanges, type Present } from "./diff.ts";
import { dnsmasqFiles } from "./dnsmasq-files.ts";
import { type DnsmasqHost, dnsmasqHost } from "./dnsmasq.ts";
import { loadFirewall, unloadFirewall } from "./load-firewall.ts";
import { checkCloudId, dhcpNamespace, ownerAlias, tableName } from "../names.ts";
import { fillNamespace, findNamespaces, makeNamespaces, removeNamespaces, type Strangers } from "./namespaces.ts";
import { listNamespaces, observeLinks } from "./observe.ts";
import { hostPrograms, type Programs } from "../programs.ts";
import { attempt, batch, eachOf, failAll, failed, reportOf, type Run } from "../run.ts";
import { metadataAddress, wantedHost, type Wanted } from "../want.ts";

export interface LinuxBridgeOptions {
  /** 1 to 32 of a-z, 0-9, `-`; several clouds can share a host as long as these differ. */
  readonly cloud_id: string;
  /** Folder for the files of dnsmasq. Its user must be able to enter it: `/run/cumulet/<cloud id>`, not a home. */
  readonly runtime_dir: string;
  readonly clock: Clock;
  /** Owner of taps, so that QEMU can open them without root. */
  readonly tap_user?: string;
  /** Unprivileged user of dnsmasq (default `nobody`). */
  readonly dhcp_user?: string;
  /** Without it, a plan that asks for metadata gets the address and no answer. */
  readonly metadata?: ProxySettings;
  /** Put before every program, to run a host inside a network namespace: `["nsenter", "--net=/run/netns/x"]`. */
  readonly prefix?: readonly string[];
}

interface Parts {
  readonly options: LinuxBridgeOptions;
  readonly programs: Programs;
  readonly alias: string;
  readonly dnsmasq: DnsmasqHost;
  readonly metadata: MetadataHost | undefined;
  readonly strangers: Strangers;
}

export function linuxBridgeWiring(options: LinuxBridgeOptions): Wiring {
  checkCloudId(options.cloud_id);
  const programs = hostPrograms(options.prefix);
  const parts: Parts = {
    options,
    programs,
    alias: ownerAlias(options.cloud_id),
    dnsmasq: dnsmasqHost(programs, `${options.runtime_dir}/dhcp`, options.clock),
    metadata: options.metadata && metadataHost(programs.prefix, metadataAddress, options.metadata),
    strangers: new Map(),
  };
  return {
    kind: "linux-bridge",
    apply: (plan, signal) => apply(parts, plan, signal),
    observe: () => observe(parts),
    clear: async () => {
      await apply(parts, nothing, new AbortController().signal);
      await unloadFirewall(programs, tableName(options.cloud_id));
    },
    close: async () => {
      for (const name of parts.metadata?.list() ?? []) await parts.metadata?.release(name);
    },
  };
}

const nothing: HostPlan = {
  host: "",
  revision: 0,
  networks: [],
  ports: [],
  routers: [],
  metadata: { enabled: false },
};

async function apply(parts: Parts, plan: HostPlan, signal: AbortSignal): Promise<Applied> {
  const { programs, alias } = parts;
  const run: Run = { programs, alias, signal, changes: [], failures: new Map() };
  const checked = checkPlan(plan);
  const names = new Set(wantedHost(checked.plan, checked.deadPorts).namespaces.map((space) => space.name));
  const present: Present = {
    links: await observeLinks(programs),
    namespaces: await findNamespaces(programs, alias, names, parts.strangers),
  };
  parts.metadata?.learn(checked.plan);
  // Old devices go before the filter that held them, new ones come after the filter that will.
  const before = linkChanges(wantedHost(checked.plan, checked.deadPorts).links, present, alias);
  failAll(run, before.refused);
  await batch(run, before.remove);
  await removeLeftovers(run, parts, present, names);
  const dead = await loadFirewall(run, parts.options.cloud_id, checked.plan, checked.deadPorts);
  const wanted = wantedHost(checked.plan, dead);
  await makeNamespaces(run, wanted.namespaces, present.namespaces);
  await batch(run, linkChanges(wanted.links, present, alias, parts.options.tap_user).add);
  await eachOf(wanted.namespaces, 4, (space) => fillNamespace(run, space, present.namespaces.get(space.name)));
  await serveDhcp(run, parts, checked.plan);
  await serveMetadata(run, parts, wanted);
  const report = reportOf(plan, { ...checked, deadPorts: dead }, run);
  return { report, changes: run.changes };
}

async function removeLeftovers(run: Run, parts: Parts, present: Present, wanted: ReadonlySet<string>): Promise<void> {
  const unwanted = [...present.namespaces.keys()].filter((name) => !wanted.has(name));
  await removeNamespaces(run, unwanted, parts.dnsmasq, parts.metadata);
  for (const networkId of await parts.dnsmasq.list()) {
    if (wanted.has(dhcpNamespace(networkId))) continue;
    await attempt(run, { kind: "leftover", id: networkId }, () => parts.dnsmasq.remove(networkId));
  }
  // Sockets whose namespace somebody else removed would keep it alive without a name.
  const named = await listNamespaces();
  for (const name of parts.metadata?.list() ?? []) if (!named.has(name)) await parts.metadata?.release(name);
}

async function serveDhcp(run: Run, parts: Parts, plan: HostPlan): Promise<void> {
  const user = parts.options.dhcp_user ?? "nobody";
  await eachOf(plan.networks, 4, async (network) => {
    const item = { kind: "network", id: network.id } as const;
    const dhcp = network.dhcp;
    if (dhcp === undefined || failed(run, item)) return;
    await attempt(run, item, async () => {
      const files = dnsmasqFiles(network, dhcp, parts.dnsmasq.folder(network.id), user, plan.metadata.enabled);
      const change = await parts.dnsmasq.ensure(network.id, dhcpNamespace(network.id), dhcp, files);
      if (change !== "") run.changes.push(change);
    });
  });
}

async function serveMetadata(run: Run, parts: Parts, wanted: Wanted): Promise<void> {
  const { metadata } = parts;
  if (metadata === undefined) return;
  const inodes = await listNamespaces();
  await eachOf(wanted.namespaces, 2, async (space) => {
    if (failed(run, space.item)) return;
    await attempt(run, space.item, async () => {
      if (!space.metadata) return metadata.release(space.name);
      const kind = space.name.startsWith("qdhcp-") ? "network" : "router";
      const inode = inodes.get(space.name) ?? 0;
      const opened = await metadata.ensure(space.name, inode, { kind, id: space.item.id }, run.signal);
      if (opened) run.changes.push(`${space.name}: metadata socket opened`);
    });
  });
}

async function observe(parts: Parts): Promise<ObservedHost> {
  const links = await observeLinks(parts.programs);
  const namespaces = await findNamespaces(parts.programs, parts.alias, new Set(), parts.strangers);
  const dhcp: string[] = [];
  for (const id of await parts.dnsmasq.list()) if (await parts.dnsmasq.alive(id)) dhcp.push(id);
  return {
    devices: [...links.values()]
      .filter((link) => link.alias === parts.alias)
      .map((link) => link.name)
      .sort(),
    namespaces: [...namespaces.keys()].sort(),
    dhcp: dhcp.sort(),
    metadata: parts.metadata?.list() ?? [],
  };
}
