/** Text for people from what a program wrote for a terminal. */

const escape = String.fromCharCode(27);
const sequences = new RegExp(
  `${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${String.fromCharCode(7)}${escape}]*(?:${String.fromCharCode(7)}|${escape}\\\\)?|[@-Z\\\\-_]|[()][A-Z0-9])`,
  "g",
);

export function plainTerminal(text: string): string {
  const printable = (letter: string) => letter === "\n" || letter === "\t" || letter >= " ";
  const clean = text.replaceAll(sequences, "").replaceAll("\r\n", "\n");
  // A carriage return begins the line again: progress bars keep only their last state.
  const lines = clean.split("\n").map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1));
  return Array.from(lines.join("\n")).filter(printable).join("");
}
