/** The steps of `npm run check`, as a table: what each holds, and the command that holds it. */

export interface Check {
  name: string;
  /** Program of node_modules/.bin with its arguments. */
  argv: readonly [string, ...string[]];
  /** What a reader does about a failure, beyond its own output. */
  help: string;
}

export const checks: readonly Check[] = [
  { name: "types", argv: ["tsc", "-p", "."], help: "" },
  { name: "types of the pages", argv: ["tsc", "-p", "src/horizon/web"], help: "" },
  { name: "lint", argv: ["oxlint", "--type-aware"], help: "Some can be mended by: npx oxlint --type-aware --fix" },
  {
    name: "laws",
    argv: ["node", "tools/laws/main.ts"],
    help: "The laws stand in CONTRIBUTING.md, what holds them in tools/laws/",
  },
  { name: "format", argv: ["oxfmt", "--check"], help: "Mend it with: npm run format" },
  { name: "dead code", argv: ["knip", "--no-progress"], help: "Delete what nobody uses; roots are named in knip.json" },
];
