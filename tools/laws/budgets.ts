/** Law 10, the part that lint does not know: how many verbs a driver must have. */
import { closing, lineAt } from "./scan.ts";
import type { Breach, Law, SourceFile, Tree } from "./tree.ts";

export const verbs_max = 15;

/** The interfaces behind which drivers stand. */
export const driverInterfaces: readonly { path: string; name: string }[] = [
  { path: "src/nova/compute/hypervisors/hypervisor.ts", name: "Hypervisor" },
  { path: "src/neutron/agent/wiring/wiring.ts", name: "Wiring" },
  { path: "src/cinder/volume/backends/backend.ts", name: "VolumeBackend" },
  { path: "src/glance/stores/store.ts", name: "ImageStore" },
];

export const budgetsLaw: Law = {
  name: "budgets",
  number: 10,
  why: "An interface that asks much is implemented by nobody fully, and what is missing shows at run time only.",
  check: (tree) => driverInterfaces.flatMap(({ path, name }) => checkInterface(tree, path, name)),
};

function checkInterface(tree: Tree, path: string, name: string): Breach[] {
  const file = tree.get(path);
  const at = file?.code.search(new RegExp(`\\binterface ${name}\\b`)) ?? -1;
  if (!file || at === -1) {
    return [
      {
        path,
        line: 1,
        message: `has no interface ${name}. Name the interface of its drivers in tools/laws/budgets.ts.`,
      },
    ];
  }
  const verbs = verbsOf(file, at);
  if (verbs.length <= verbs_max) return [];
  const message = `${name} has ${verbs.length} verbs, at most ${verbs_max}: ${verbs.join(", ")}. Make a group of them optional.`;
  return [{ path, line: lineAt(file.text, at), message }];
}

/** Names of the members that must be there and are functions. */
function verbsOf({ code }: SourceFile, at: number): string[] {
  const open = code.indexOf("{", at);
  const body = code.slice(open + 1, closing(code, open));
  const flat = body.replaceAll(/\{[^{}]*\}/g, "");
  return [...flat.matchAll(/(?:^|[;\n,])\s*(?:readonly )?(\w+)\s*(?:\(|<|:\s*(?:<[^>]*>)?\()/g)].map(
    ([, name = ""]) => name,
  );
}
