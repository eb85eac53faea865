/** Numbers and times as people read them. */

export function duration(value_ms: number): string {
  if (value_ms < 0.1) return "<0.1 ms";
  if (value_ms < 10) return `${value_ms.toFixed(1)} ms`;
  if (value_ms < 1000) return `${Math.round(value_ms)} ms`;
  if (value_ms < 60_000) return `${(value_ms / 1000).toFixed(2)} s`;
  return `${Math.floor(value_ms / 60_000)} min ${Math.round((value_ms % 60_000) / 1000)} s`;
}

/** `value_mb` in MB as Nova counts memory. */
export function memory(value_mb: number): string {
  return value_mb < 1024 ? `${value_mb} MB` : `${Number((value_mb / 1024).toFixed(1))} GB`;
}

export function bytes(value: number | null): string {
  if (value === null) return "–";
  const megabytes = value / (1024 * 1024);
  return megabytes < 1024 ? `${Math.max(1, Math.round(megabytes))} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "5 minutes ago", in the language. Times without a zone are UTC. */
export function ago(iso: string, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const past_s = (Date.now() - Date.parse(/Z|[+]/.test(iso) ? iso : `${iso}Z`)) / 1000;
  for (const [unit, seconds] of units) if (past_s >= seconds) return words.format(-Math.floor(past_s / seconds), unit);
  return words.format(-Math.max(0, Math.floor(past_s)), "second");
}

export function clockTime(iso: string, locale: string): string {
  const date = new Date(/Z|[+]/.test(iso) ? iso : `${iso}Z`);
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(date);
}
