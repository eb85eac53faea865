/**
 * How a simulated guest is told to misbehave: by the server's own metadata, which reaches the driver as hints.
 *
 * - `fake:fail_at` = verbs separated by commas, such as `start,attachDisk`: they fail with `operation_failed`
 * - `fake:fail_times` = how often each of them fails before it succeeds; always when left out
 * - `fake:fail_on` = names of hosts separated by commas: only there; everywhere when left out
 * - `fake:delay_at` = verbs that take `fake:delay_ms`; all verbs when only `fake:delay_ms` is given
 * - `fake:ignore_power_button` = `true`: a graceful stop takes its whole time
 * - `fake:keep_devices` = `true`: detaching from a running guest fails with `device_busy`
 * - `fake:crash_after_ms`, `fake:power_off_after_ms` = what the guest does by itself after a start
 */
export type Hints = Readonly<Record<string, string>>;

/** Milliseconds this verb is to take. */
export function delayOf(hints: Hints, verb: string): number {
  const at = hints["fake:delay_at"];
  return at === undefined || names(at).includes(verb) ? milliseconds(hints["fake:delay_ms"]) : 0;
}

/** Whether the verb fails now, after having failed `failures` times already. */
export function failsAt(hints: Hints, verb: string, failures: number, host: string): boolean {
  const on = hints["fake:fail_on"];
  if (on !== undefined && !names(on).includes(host)) return false;
  if (!names(hints["fake:fail_at"] ?? "").includes(verb)) return false;
  return failures < Number(hints["fake:fail_times"] ?? Number.POSITIVE_INFINITY);
}

/** What the guest will do by itself, and when. */
export function fateOf(hints: Hints): { kind: "crashed" | "stopped"; after_ms: number } | undefined {
  if (hints["fake:crash_after_ms"] !== undefined)
    return { kind: "crashed", after_ms: milliseconds(hints["fake:crash_after_ms"]) };
  if (hints["fake:power_off_after_ms"] !== undefined)
    return { kind: "stopped", after_ms: milliseconds(hints["fake:power_off_after_ms"]) };
  return undefined;
}

/** A user's text: anything but a sensible duration counts as none. */
function milliseconds(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isFinite(value) && value > 0 ? Math.min(value, 3_600_000) : 0;
}

function names(list: string): string[] {
  return list.split(",").map((name) => name.trim());
}
