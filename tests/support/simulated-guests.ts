/** The guests of a simulated host, read from the ledger of its driver: the last line about a guest counts. */
import { existsSync, readFileSync } from "node:fs";

/** Their ids; none when the host never had one. */
export function simulatedGuests(ledger: string): string[] {
  const guests = new Set<string>();
  const text = existsSync(ledger) ? readFileSync(ledger, "utf8") : "";
  // What follows the last newline may be half a line, of a process that was killed.
  for (const line of text.split("\n").slice(0, -1)) {
    const [uuid, guest] = JSON.parse(line) as [string, object | null];
    if (guest === null) guests.delete(uuid);
    else guests.add(uuid);
  }
  return [...guests];
}
