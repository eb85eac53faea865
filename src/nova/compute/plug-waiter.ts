/** Neutron's word that a port is wired, for whoever waits for it. An event that nobody waits for is forgotten. */
export interface PlugWaiter {
  expect(port_id: string): { plugged: Promise<void>; seen(): boolean; forget(): void };
  /** `network-vif-plugged` arrived. */
  plugged(port_id: string): void;
}

export function makePlugWaiter(): PlugWaiter {
  const waiting = new Map<string, Set<() => void>>();
  return {
    expect(port_id) {
      let seen = false;
      let wake = (): void => undefined;
      const plugged = new Promise<void>((resolve) => (wake = resolve));
      const notice = (): void => {
        seen = true;
        wake();
      };
      const all = waiting.get(port_id) ?? new Set();
      waiting.set(port_id, all.add(notice));
      const forget = (): void => {
        all.delete(notice);
        if (all.size === 0) waiting.delete(port_id);
      };
      return { plugged, seen: () => seen, forget };
    },
    plugged(port_id) {
      for (const notice of waiting.get(port_id) ?? []) notice();
    },
  };
}
