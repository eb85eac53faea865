/** What counts as a function, and where the middle is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scan } from "../laws/scan.ts";
import { functionsOf } from "./functions.ts";
import { percentile } from "./table.ts";

const sizes = (text: string): string[] => functionsOf(scan(text)).map(({ line, lines }) => `${line}+${lines}`);

test("functions, methods and closures are measured from head to closing brace", () => {
  assert.deepEqual(sizes("function a() {\n  b();\n}\n"), ["1+3"]);
  assert.deepEqual(sizes("export function a(\n  b: number,\n): Promise<{ c: number }> {\n  d();\n}\n"), ["1+5"]);
  assert.deepEqual(sizes("function a(): { c: number } {\n}\n"), ["1+2"]);
  assert.deepEqual(sizes("const a = async (b) => {\n  return b.map((c): string => {\n    return d;\n  });\n};\n"), [
    "1+5",
    "2+3",
  ]);
  assert.deepEqual(sizes("const a = b => {\n};\n"), ["1+2"]);
  assert.deepEqual(sizes("class A {\n  b<T>(c: T): void {\n  }\n}\n"), ["2+2"]);
});

test("other braces are not", () => {
  const others =
    "if (a) {\n}\nfor (const a of b) {\n}\nconst c = { d: 1 };\ntry {\n} catch (e) {\n}\nswitch (f) {\n}\ninterface G {\n}\n";
  assert.deepEqual(sizes(others), []);
  assert.deepEqual(sizes("function a(): B {\n}\n\nclass C implements D {\n}\n"), ["1+2"]);
  assert.deepEqual(sizes("f(a, { b: 1 });\nconst { c } = g();\nlabel: while (h) {\n}\n"), []);
});

test("the middle and the tail", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(percentile(hundred, 0.5), 51);
  assert.equal(percentile(hundred, 0.95), 96);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([], 0.5), 0);
});
