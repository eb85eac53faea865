/** Steps 9 to 12 of the flow: take the poke, read what the server needs and what the hosts have, choose, claim, tell. */
import type { Operation } from "#platform/operations/operation.ts";
import type { Log } from "#platform/log/log.ts";
import type { Tracer } from "#platform/trace/trace.ts";
import { computeAddress } from "#contracts/nova/messages.ts";
import {
  excludedHosts,
  exhausted,
  giveUpCreate,
  pokeBuild,
  previousFailure,
  type FlowParts,
} from "../flows/create-fails.ts";
import { amountsOf, requestOf } from "../flows/server-needs.ts";
import type { Amounts } from "../clients/placement.ts";
import type { Server } from "../store/servers.ts";
import { decide, noValidHost, type Decision } from "./decide.ts";
import { addServers, readGroup, readHostStates } from "./host-states.ts";
import type { HostState, Request } from "./hosts.ts";

export interface SchedulerParts extends FlowParts {
  tracer: Tracer;
  log: Log;
}

interface Facts {
  operation: Operation;
  server: Server;
  amounts: Amounts;
  request: Request;
  hosts: HostState[];
  with_room: Set<string>;
}

/** Looks at one create and takes it as far as the scheduler can. Safe to repeat at any time. */
export async function schedule(parts: SchedulerParts, operation_id: string, server_id: string): Promise<void> {
  const { tracer } = parts;
  const attributes = { server_id };
  await tracer.step(9, attributes, async () => undefined);
  const facts = await tracer.step(10, attributes, () => readFacts(parts, operation_id));
  if (!facts) return;
  if (facts.server.host !== null) return handOver(parts, facts.operation, facts.server.host);
  const host = await tracer.step(11, attributes, () => choose(parts, facts));
  if (host) await handOver(parts, facts.operation, host);
}

async function readFacts(parts: SchedulerParts, operation_id: string): Promise<Facts | undefined> {
  const { store, placement } = parts;
  const operation = await store.operations.find(operation_id);
  if (operation?.state !== "running") return undefined;
  const server = await store.servers.find(operation.resource_id);
  if (!server || server.deleted_at !== null) return undefined;
  const devices = await store.blockDevices.listOf(server.id);
  const amounts = amountsOf(server, devices);
  const [with_room, states, group] = await Promise.all([
    placement.candidates(amounts),
    readHostStates(store),
    readGroup(store, server),
  ]);
  const request = requestOf(server, { amounts, excluded_hosts: excludedHosts(operation), group });
  const hinted = "same_host" in request.hints || "different_host" in request.hints;
  const hosts = hinted ? await addServers(store, states) : states;
  return { operation, server, amounts, request, hosts, with_room };
}

/** The first of the weighed hosts whose room can be claimed; undefined when there is none, or the server is going. */
async function choose(parts: SchedulerParts, facts: Facts): Promise<string | undefined> {
  const { store } = parts;
  const { operation, server } = facts;
  const decision = decide(facts, facts.request);
  await store.decisions.put(server.id, operation.attempt, decision);
  for (const { host } of decision.chosen) {
    const node = facts.hosts.find((one) => one.host === host);
    if (!node || !(await claim(parts, facts, node))) continue;
    const patch = { host, node: node.hypervisor_hostname, task_state: null, availability_zone: node.zone };
    if (
      await store.servers.update(server.id, patch, {
        vm_state: ["building"],
        task_state: ["scheduling", null],
        host: null,
      })
    )
      return host;
    await parts.placement.release(server.id);
    return undefined;
  }
  await sayNoHost(parts, operation, decision);
  return undefined;
}

function claim(parts: SchedulerParts, facts: Facts, node: HostState): Promise<boolean> {
  const { server, amounts } = facts;
  const consumer = { consumer_id: server.id, project_id: server.project_id, user_id: server.user_id };
  return parts.placement.claim({ ...consumer, provider_id: node.node_uuid, amounts });
}

async function sayNoHost(parts: SchedulerParts, operation: Operation, decision: Decision): Promise<void> {
  const before = previousFailure(operation);
  const message = before === undefined ? noValidHost(decision) : exhausted(operation, before);
  parts.log.warn({ server_id: operation.resource_id, removed: decision.removed }, message);
  await giveUpCreate(parts, operation, message);
}

async function handOver(parts: SchedulerParts, operation: Operation, host: string): Promise<void> {
  const owner = computeAddress(host);
  await parts.store.operations.change(operation.id, ["running"], { owner, waiting_for: `${host} to build it` });
  await parts.tracer.step(12, { server_id: operation.resource_id }, () => pokeBuild(parts.bus, operation, host));
}
