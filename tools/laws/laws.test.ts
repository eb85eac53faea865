/** Each law fails where it should: small trees with one seeded breach each, beside trees that keep it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentsLaw } from "./agents.ts";
import { budgetsLaw, driverInterfaces } from "./budgets.ts";
import { cyclesLaw } from "./cycles.ts";
import { environmentLaw } from "./environment.ts";
import { laws } from "./laws.ts";
import { leftoversLaw } from "./leftovers.ts";
import { programsLaw, qemuImgLaw } from "./programs.ts";
import { implementationsLaw, roomsLaw } from "./rooms-law.ts";
import { singletonsLaw } from "./singletons.ts";
import { steeringLaw } from "./steering.ts";
import { testsLaw } from "./tests-law.ts";
import { makeTree, type Law } from "./tree.ts";
import { versionsLaw } from "./versions.ts";

interface Case {
  what: string;
  files: Record<string, string>;
  /** Words of the one expected message; none when the law is kept. */
  breach?: RegExp;
}

const proven = new Set<Law>();

/** One test per case: exactly one breach where one is seeded, none elsewhere. */
function prove(law: Law, cases: readonly Case[]): void {
  if (cases.some(({ breach }) => breach)) proven.add(law);
  for (const { what, files, breach } of cases) {
    test(`${law.name}: ${what}`, () => {
      const found = law.check(makeTree(files));
      assert.equal(found.length, breach ? 1 : 0, JSON.stringify(found));
      if (breach) assert.match(found[0]?.message ?? "", breach);
    });
  }
}

const clock = { "src/platform/clock/clock.ts": "export interface Clock {}\n" };

prove(roomsLaw, [
  { what: "a file in no room", files: { "src/elsewhere/a.ts": "" }, breach: /in no room/ },
  { what: "a file directly below src", files: { "src/a.ts": "" }, breach: /in no room/ },
  {
    what: "a service uses the platform",
    files: { ...clock, "src/nova/a.ts": 'import type { Clock } from "#platform/clock/clock.ts";' },
  },
  {
    what: "a service knows another",
    files: { "src/nova/a.ts": 'import { b } from "#neutron/b.ts";', "src/neutron/b.ts": "" },
    breach: /law 2/,
  },
  {
    what: "a service knows another's types",
    files: { "src/nova/a.ts": 'import type { B } from "#neutron/b.ts";', "src/neutron/b.ts": "" },
    breach: /law 2/,
  },
  {
    what: "a relative path out of the room",
    files: { "src/nova/a.ts": 'import { b } from "../glance/b.ts";', "src/glance/b.ts": "" },
    breach: /law 2/,
  },
  {
    what: "the platform knows the cloud's nouns",
    files: { "src/platform/a.ts": 'import { b } from "#contracts/nova/b.ts";', "src/contracts/nova/b.ts": "" },
    breach: /without cloud nouns/,
  },
  { what: "contracts do I/O", files: { "src/contracts/nova/a.ts": 'import { x } from "node:fs";' }, breach: /no I\/O/ },
  {
    what: "a page knows server code",
    files: { ...clock, "src/horizon/web/src/a.tsx": 'import { c } from "#platform/clock/clock.ts";' },
    breach: /browser/,
  },
  {
    what: "a driver knows the service around it",
    files: {
      "src/nova/compute/hypervisors/qemu/a.ts": 'import { b } from "../../worker.ts";',
      "src/nova/compute/worker.ts": "",
    },
    breach: /a driver knows/,
  },
  { what: "what decides does I/O", files: { "src/placement/candidates/a.ts": 'import "node:fs";' }, breach: /no I\/O/ },
  {
    what: "what decides knows the rows' types, not the store",
    files: {
      "src/neutron/plan/a.ts": 'import type { Row } from "../store/tables.ts";',
      "src/neutron/store/tables.ts": "",
    },
  },
  {
    what: "what decides reads the store",
    files: { "src/neutron/plan/a.ts": 'import { r } from "../store/tables.ts";', "src/neutron/store/tables.ts": "" },
    breach: /no I\/O/,
  },
  {
    what: "what is shipped knows tests",
    files: { "src/glance/a.ts": 'import { b } from "#tests/support/b.ts";', "tests/support/b.ts": "" },
    breach: /knows no tests/,
  },
  {
    what: "a test knows what tests share",
    files: { "src/glance/a.test.ts": 'import { b } from "#tests/support/b.ts";', "tests/support/b.ts": "" },
  },
  {
    what: "what is shipped knows what tests share",
    files: { "src/glance/a.ts": 'import { b } from "./test-b.ts";', "src/glance/test-b.ts": "" },
    breach: /knows no tests/,
  },
  {
    what: "what tests share knows what tests know",
    files: { "src/glance/test-b.ts": 'import { c } from "#tests/support/c.ts";', "tests/support/c.ts": "" },
  },
  {
    what: "a test is imported",
    files: { "src/glance/a.test.ts": 'import { b } from "./b.test.ts";', "src/glance/b.test.ts": "" },
    breach: /not imported/,
  },
  {
    what: "a file that is not there",
    files: { "src/glance/a.ts": 'import { b } from "./b.ts";' },
    breach: /no such file/,
  },
  {
    what: "cloud knows the command line",
    files: { "src/cloud/a.ts": 'import { b } from "#cli/b.ts";', "src/cli/b.ts": "" },
    breach: /not the other way round/,
  },
]);

const driver = { "src/nova/compute/hypervisors/qemu/q.ts": "" };
const useDriver = 'import { q } from "#nova/compute/hypervisors/qemu/q.ts";';
prove(implementationsLaw, [
  { what: "an agent picks its driver", files: { ...driver, "src/nova/compute/a.ts": useDriver }, breach: /passed in/ },
  { what: "cloud picks the driver", files: { ...driver, "src/cloud/a.ts": useDriver } },
]);

const database = { "src/platform/db/database.ts": 'import { Kysely } from "kysely";' };
prove(agentsLaw, [
  {
    what: "an agent opens a database",
    files: { ...database, "src/cinder/volume/a.ts": 'import { o } from "#platform/db/database.ts";' },
    breach: /src\/cinder\/volume\/a.ts → src\/platform\/db\/database.ts/,
  },
  {
    what: "an agent reaches a store through others",
    files: {
      "src/nova/compute/a.ts": 'import { b } from "../flows/b.ts";',
      "src/nova/flows/b.ts": 'import { c } from "./c.ts";',
      "src/nova/flows/c.ts": 'import { d } from "../store/d.ts";',
      "src/nova/store/d.ts": "",
    },
    breach: /a.ts → src\/nova\/flows\/b.ts → src\/nova\/flows\/c.ts → src\/nova\/store\/d.ts/,
  },
  {
    what: "types on the way end at run time",
    files: {
      "src/nova/compute/a.ts": 'import { b } from "../flows/b.ts";',
      "src/nova/flows/b.ts": 'import type { D } from "../store/d.ts";',
      "src/nova/store/d.ts": "",
    },
  },
  {
    what: "an agent knows a store's types",
    files: { "src/nova/compute/a.ts": 'import type { D } from "../store/d.ts";', "src/nova/store/d.ts": "" },
    breach: /types of a store/,
  },
  {
    what: "an agent speaks SQL itself",
    files: { "src/neutron/agent/a.ts": 'import { d } from "node:sqlite";' },
    breach: /store/,
  },
  {
    what: "an agent loads later, in a worker, what reaches a store",
    files: {
      "src/nova/compute/a.ts": 'new Worker(new URL("../flows/w.ts", import.meta.url));',
      "src/nova/flows/w.ts": 'export const x = await import("../store/d.ts");',
      "src/nova/store/d.ts": "",
    },
    breach: /w.ts → src\/nova\/store\/d.ts/,
  },
]);

prove(cyclesLaw, [
  {
    what: "two files load each other",
    files: { "src/nova/a.ts": 'import { b } from "./b.ts";', "src/nova/b.ts": 'export { a } from "./a.ts";' },
    breach: /a.ts → src\/nova\/b.ts → src\/nova\/a.ts/,
  },
  {
    what: "types may go round",
    files: { "src/nova/a.ts": 'import { b } from "./b.ts";', "src/nova/b.ts": 'import type { A } from "./a.ts";' },
  },
]);

prove(versionsLaw, [
  {
    what: "a version in a handler",
    files: { "src/nova/api/a.ts": 'if (call.version === "2.47") x();' },
    breach: /"2.47"/,
  },
  {
    what: "a comparison in a handler",
    files: { "src/cinder/api/a.ts": "atLeast(call.version, x);" },
    breach: /atLeast/,
  },
  {
    what: "versions in contracts, addresses in handlers",
    files: { "src/contracts/nova/a.ts": '"2.47"', "src/nova/api/a.ts": '"10.0.0.1"' },
  },
  { what: "the table of a service's versions", files: { "src/nova/api/versions.ts": 'export const max = "2.93";' } },
]);

const inNova = (text: string): Record<string, string> => ({ "src/nova/a.ts": text });
prove(steeringLaw, [
  { what: "reads the clock", files: inNova("const x = Date.now();"), breach: /take a Clock/ },
  { what: "makes the present date", files: inNova("const x = new Date();"), breach: /take a Clock/ },
  { what: "a given date", files: inNova("const x = new Date(at_ms);") },
  { what: "measures by itself", files: inNova("const x = performance.now();"), breach: /take a Clock/ },
  { what: "throws dice", files: inNova("const x = Math.random();"), breach: /take Ids/ },
  { what: "makes its own ids", files: inNova('import { randomUUID } from "node:crypto";'), breach: /take Ids/ },
  { what: "sets a timer", files: inNova("setTimeout(go, 5);"), breach: /clock.sleep/ },
  {
    what: "sleeps",
    files: inNova('import { setTimeout as wait } from "node:timers/promises";'),
    breach: /clock.sleep/,
  },
  { what: "a timer inside a signal", files: inNova("const s = AbortSignal.timeout(5);"), breach: /cannot be steered/ },
  {
    what: "the clock itself, and words in strings",
    files: { "src/platform/clock/c.ts": "Date.now()", "src/nova/a.ts": '"Date.now"' },
  },
]);

prove(programsLaw, [
  {
    what: "starts a program by itself",
    files: inNova('import { spawn } from "node:child_process";'),
    breach: /exec.ts/,
  },
  { what: "only its types", files: inNova('import type { ChildProcess } from "node:child_process";') },
  {
    what: "asks for a shell",
    files: { "src/platform/exec/exec.ts": "spawn(a, { shell: true });" },
    breach: /a shell reads/,
  },
  { what: "refuses a shell", files: { "src/platform/exec/exec.ts": "spawn(a, { shell: false });" } },
  { what: "starts a shell", files: inNova('exec(["sh", "-c", line]);'), breach: /starts a shell/ },
]);

prove(qemuImgLaw, [
  {
    what: "information without a format",
    files: inNova('exec(["qemu-img", "info", "--output=json", path]);'),
    breach: /-f \(info\)/,
  },
  { what: "named", files: inNova('exec(["qemu-img", "info", "-f", "qcow2", path]);') },
  {
    what: "conversion without a target",
    files: inNova('exec(["qemu-img", "convert", "-f", "raw", a, b]);'),
    breach: /-O/,
  },
  {
    what: "a base without a format",
    files: inNova('exec(["qemu-img", "create", "-f", "qcow2", "-b", base, p]);'),
    breach: /-F/,
  },
  {
    what: "a wrapper without a format",
    files: inNova('await qemuImg(context, ["resize", path, size]);'),
    breach: /-f \(resize\)/,
  },
  { what: "a program by variable", files: inNova('exec([qemu_img_program, "check", path]);'), breach: /-f \(check\)/ },
]);

prove(environmentLaw, [
  { what: "reads the environment", files: inNova("const x = process.env.HOME;"), breach: /as an option/ },
  { what: "the wiring reads it", files: { "src/cloud/a.ts": "const x = process.env.HOME;" } },
]);

prove(singletonsLaw, [
  { what: "a variable of the module", files: inNova("let turn = 0;\n"), breach: /remembers/ },
  { what: "a collection to be filled", files: inNova("const known = new Map<string, number>();\n"), breach: /filled/ },
  { what: "a list to be filled", files: inNova("export const known: string[] = [];\n"), breach: /filled/ },
  {
    what: "a table, and a function's variable",
    files: inNova('const known = new Set(["a"]);\nfunction f() {\n  let x = 0;\n}\n'),
  },
]);

const interfaces = Object.fromEntries(
  driverInterfaces.map(({ path, name }) => [path, `export interface ${name} { one(): void }`]),
);
const many = Array.from({ length: 16 }, (_, index) => `verb${index}(options: { a: number }): Promise<{ b: string }>;`);
const some = [...many.slice(0, 14), "more?(): void;", "readonly name: string;", "last: (a: string) => void;"];
const hypervisor = driverInterfaces[0]?.path ?? "";
prove(budgetsLaw, [
  {
    what: "sixteen verbs",
    files: { ...interfaces, [hypervisor]: `interface Hypervisor { ${many.join("\n")} }` },
    breach: /16 verbs/,
  },
  {
    what: "fifteen verbs, an optional one and a name",
    files: { ...interfaces, [hypervisor]: `interface Hypervisor { ${some.join("\n")} }` },
  },
  { what: "an interface that moved", files: { ...interfaces, [hypervisor]: "" }, breach: /has no interface/ },
]);

prove(leftoversLaw, [
  { what: "something postponed", files: inNova("// TODO later\n"), breach: /finish it/ },
  {
    what: "a test switched off",
    files: { "src/nova/a.test.ts": 'test.skip("x", f);' },
    breach: /every test runs/,
  },
  {
    what: "a test switched off by option",
    files: { "src/nova/a.test.ts": 'test("x", { skip: true }, f);' },
    breach: /every test runs/,
  },
  { what: "only one test", files: { "tests/flows/a.test.ts": 'it.only("x", f);' }, breach: /every test runs/ },
  { what: "a silenced error", files: inNova("// @ts-ignore\n"), breach: /mend the type/ },
  { what: "an expected error without a reason", files: inNova("// @ts-expect-error\n"), breach: /what error/ },
  { what: "a silenced rule", files: inNova("// oxlint-disable-next-line no-shadow\n"), breach: /say why/ },
  { what: "a silenced rule with its reason", files: inNova("// oxlint-disable-next-line no-shadow -- same thing\n") },
  { what: "any", files: inNova("const x = y as any;"), breach: /describe the type/ },
  { what: "skipped as a word", files: inNova("const state = { skip: 1 };") },
]);

const assertion = 'import assert from "node:assert/strict";\n';
prove(testsLaw, [
  { what: "cannot fail", files: { "src/nova/a.test.ts": 'test("x", () => run());' }, breach: /cannot fail/ },
  { what: "asserts", files: { "src/nova/a.test.ts": `${assertion}test("x", () => assert.ok(run()));` } },
  {
    what: "asserts, but is run by nobody",
    files: { "src/nova/a.test.ts": `${assertion}assert.ok(run());` },
    breach: /has no test/,
  },
  {
    what: "asserts through a suite",
    files: {
      "src/nova/a.test.ts": 'import { suite } from "./suite.ts";\nsuite(fake);',
      "src/nova/suite.ts": `${assertion}import { it } from "node:test";\nit("x", () => assert.ok(1));`,
    },
  },
  {
    what: "in no stage",
    files: { "tests/elsewhere/a.test.ts": `${assertion}test("x", () => assert.ok(run()));` },
    breach: /no stage/,
  },
]);

test("every law has a seeded breach that it finds", () => {
  assert.deepEqual(
    laws.filter((law) => !proven.has(law)).map(({ name }) => name),
    [],
  );
});
