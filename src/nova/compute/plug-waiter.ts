/**
 * Neutron's word that a port is wired, for whoever waits for it. The word may come before anybody waits, as the port is
 * wired while its creation is still being answered: the latest words are kept for that.
 */
export interface PlugWaiter {
  expect(port_id: string): { plugged: Promise<void>; seen(): boolean; forget(): void };
  /** `network-vif-plugged` arrived. */
  plugged(port_id: string): void;
}

const kept_max = 1_000;

export function makePlugWaiter(): PlugWaiter {
  const waiting = new Map<string, Set<() => void>>();
  const early = new Set<string>();
  return {
    expect(port_id) {
      let seen = early.delete(port_id);
      let wake = (): void => undefined;
      const plugged = new Promise<void>((resolve) => (wake = resolve));
      const notice = (): void => {
        seen = true;
        wake();
      };
      if (seen) wake();
      const all = waiting.get(port_id) ?? new Set();
      waiting.set(port_id, all.add(notice));
      const forget = (): void => {
        all.delete(notice);
        if (all.size === 0) waiting.delete(port_id);
      };
      return { plugged, seen: () => seen, forget };
    },
    plugged(port_id) {
      const all = waiting.get(port_id);
      for (const notice of all ?? []) notice();
      if (all) return;
      early.add(port_id);
      const [oldest] = early;
      if (early.size > kept_max && oldest !== undefined) early.delete(oldest);
    },
  };
}
