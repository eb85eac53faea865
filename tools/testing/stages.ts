/** The stages in which the tests run, and which files belong to each. */

export interface Stage {
  name: string;
  /** What it proves, said when it starts. */
  what: string;
  /** Folders whose `*.test.ts` belong to it; the first stage that names a file's folder has it. */
  folders: readonly string[];
  /** `shared`: all files in one process, which is ten times faster. `own`: each file in its own process, one at a time. */
  process: "shared" | "own";
  /** Needs root and Debian packages. */
  real: boolean;
  /** Needs the dashboard's pages, built. */
  pages: boolean;
  /** A test that takes longer than this many milliseconds has failed. */
  limit_ms: number;
}

const fast = { process: "shared", real: false, pages: false, limit_ms: 60_000 } as const;
const real = { process: "own", real: true, pages: false, limit_ms: 900_000 } as const;

export const stages: readonly Stage[] = [
  {
    ...fast,
    name: "fast",
    what: "all that needs no root",
    folders: ["src", "tools", "tests/conformance", "tests/faults"],
  },
  { ...real, name: "guests", what: "real guests, networks and discs", folders: ["tests/guests"] },
  { ...real, real: false, name: "flows", what: "whole clouds, as users see them", folders: ["tests/flows"] },
  { ...real, name: "browser", what: "the dashboard, as a person sees it", folders: ["tests/browser"], pages: true },
];

export function stageOf(path: string): Stage | undefined {
  return stages.find(({ folders }) => folders.some((folder) => path.startsWith(`${folder}/`)));
}
