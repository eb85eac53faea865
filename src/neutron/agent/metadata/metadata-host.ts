/** All metadata sockets of this process: one for each namespace, opened on demand, a few at a time. */
import type { Server } from "node:http";
import type { HostPlan } from "#contracts/neutron/host-plan.ts";
import { type FindGuest, guestIndex, type MetadataPlace } from "./identity.ts";
import { listenInNamespace } from "./namespace-socket.ts";
import { metadataServer, type ProxySettings } from "./proxy.ts";

export interface MetadataHost {
  /** Whom addresses belong to from now on. */
  learn(plan: HostPlan): void;
  /** Serves in this namespace; false when it already did. `inode` tells a namespace made anew from the old one. */
  ensure(namespace: string, inode: number, place: MetadataPlace, signal: AbortSignal): Promise<boolean>;
  /** Lets go of the namespace's socket, so that the namespace can end. */
  release(namespace: string): Promise<void>;
  list(): string[];
}

export function metadataHost(prefix: readonly string[], address: string, settings: ProxySettings): MetadataHost {
  const open = new Map<string, { inode: number; server: Server }>();
  let find: FindGuest = () => undefined;
  const release = async (namespace: string): Promise<void> => {
    const entry = open.get(namespace);
    open.delete(namespace);
    if (entry !== undefined) await close(entry.server);
  };
  return {
    learn: (plan) => {
      find = guestIndex(plan);
    },
    ensure: async (namespace, inode, place, signal) => {
      if (open.get(namespace)?.inode === inode) return false;
      await release(namespace);
      const socket = await listenInNamespace(prefix, namespace, address, 80, signal, settings.clock);
      const server = metadataServer(place, () => find, settings);
      server.on("close", () => socket.close());
      server.listen(socket);
      open.set(namespace, { inode, server });
      return true;
    },
    release,
    list: () => [...open.keys()].sort(),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
