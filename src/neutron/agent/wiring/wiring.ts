/**
 * What a kind of wiring must do for one host. The agent hands it the whole desired state; it finds out what is there,
 * does only the difference, and touches nothing that does not belong to its cloud. There are no single commands to
 * replay: a lost message, a crash or an operator's `ip link del` are all healed by the next `apply`.
 */
import type { AgentReport, HostPlan } from "#contracts/neutron/host-plan.ts";

export interface Wiring {
  /** For status pages: `linux-bridge`, `simulated`. */
  readonly kind: string;
  /**
   * Makes the host as `plan` says. A part that cannot be made is reported ERROR and does not stop the others; rejects
   * only when nothing could be done (no rights, programs missing) or `signal` fires; then the next run repairs.
   */
  apply(plan: HostPlan, signal: AbortSignal): Promise<Applied>;
  /** What of this cloud is on the host now. */
  observe(): Promise<ObservedHost>;
  /** Removes everything of this cloud from the host. */
  clear(): Promise<void>;
  /** Lets go of what lives in this process (the metadata sockets) and leaves the networks working. */
  close(): Promise<void>;
}

export interface Applied {
  readonly report: AgentReport;
  /** One line for each change made; empty when the host was already as wished. */
  readonly changes: readonly string[];
}

export interface ObservedHost {
  /** Devices of the host's own namespace. */
  readonly devices: readonly string[];
  readonly namespaces: readonly string[];
  /** Ids of networks with a living DHCP server. */
  readonly dhcp: readonly string[];
  /** Namespaces in which 169.254.169.254 is answered by this process. */
  readonly metadata: readonly string[];
}
