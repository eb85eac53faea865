/** Law 3: versions stand on the fields of contracts, not in the code that answers. */
import { lineAt } from "./scan.ts";
import { isIn, isTest, type Law, type SourceFile, type Breach } from "./tree.ts";

const handlers = ["keystone", "glance", "placement", "nova", "neutron", "cinder"].map((name) => `src/${name}`);

/** A whole string that is a version: "2.47". An address has more dots, a size has a unit. */
const literal = /(["'`])\d{1,2}\.\d{1,3}\1/g;
/** `api/versions.ts` is no handler: it is the table of a service's oldest and newest version and its features. */
const compared = /\b(?:compareVersions|parseVersion|atLeast|inRange)\s*\(/g;

export const versionsLaw: Law = {
  name: "versions",
  number: 3,
  why: "A version number in a handler is a second definition of the API that no document and no older view knows.",
  check: (tree) => [...tree.values()].filter(isHandler).flatMap(versionsIn),
};

function isHandler({ path }: SourceFile): boolean {
  return (
    handlers.some((folder) => isIn(path, folder)) &&
    path.includes("/api/") &&
    !path.endsWith("/api/versions.ts") &&
    !isTest(path)
  );
}

function versionsIn({ path, text, bare }: SourceFile): Breach[] {
  return [literal, compared].flatMap((shape) =>
    [...bare.matchAll(shape)].map(({ 0: found, index }) => {
      const message = `${found}: put the version on the field or operation in contracts/, or name a feature in api/versions.ts.`;
      return { path, line: lineAt(text, index), message };
    }),
  );
}
