/** The table of sizes. */

export interface Sizes {
  /** Lines of each file, and of each function. */
  lines: number[];
  functions: number[];
  /** Share of the written lines that are comment only. */
  commented: number;
  /** Share of the files that open with what they are for. */
  described: number;
}

const head = [
  "",
  "files",
  "lines",
  "file median",
  "p95",
  "max",
  "function median",
  "p95",
  "p99",
  "max",
  "comments",
  "file doc",
];

/** The value below which `share` of the sorted values lie; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function row(name: string, { lines, functions, commented, described }: Sizes): string[] {
  const sum = lines.reduce((total, one) => total + one, 0);
  const file = [0.5, 0.95, 1].map((share) => percentile(lines, share));
  const one = [0.5, 0.95, 0.99, 1].map((share) => percentile(functions, share));
  const shares = [commented, described].map((share) => `${Math.round(share * 100)}%`);
  return [name, ...[lines.length, sum, ...file, ...one].map(String), ...shares];
}

/** Columns side by side, the first to the left and the others to the right. */
export function table(rows: readonly string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return all.map(line).join("\n");
}
