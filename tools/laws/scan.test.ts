/** The scanner that tells code from strings and comments: a law is only as good as what it sees. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findImports } from "./imports.ts";
import { closing, scan } from "./scan.ts";

/** What is left as code, without blanks. */
const code = (text: string): string => scan(text).code.replaceAll(/\s+/g, "");

test("what stands in strings, templates, patterns and comments is no code", () => {
  assert.equal(code(`a("x//y", 'it\\'s'); // b`), "a(\"\",'');");
  assert.equal(code("a(`text ${b(`${c}`, {d: 1})} more`) /* e */ + f"), "a(`${b(`${c}`,{d:1})}`)+f");
  assert.equal(code(`const p = /["'/]\\/x/g; b / c / d`), "constp=//g;b/c/d");
  assert.equal(code(`const words = /[/"]/.test(x) ? "y" : z`), `constwords=//.test(x)?"":z`);
  assert.equal(code("return /a'b/.test(x)"), "return//.test(x)");
});

test("an apostrophe in the text of a page does not hide the rest of it", () => {
  assert.equal(code("<p>Don't</p>\n<b>{x}</b> + y"), "<p>Don't</p><b>{x}</b>+y");
});

test("all three texts have the same positions, and comments keep their lines", () => {
  const text = 'a;\n/* two\nlines */ b("c"); // end';
  const { code: blanked, bare, comments } = scan(text);
  assert.equal(blanked.length, text.length);
  assert.equal(bare.length, text.length);
  assert.deepEqual(
    comments.map(({ line }) => line),
    [2, 3],
  );
  assert.equal(bare.slice(text.indexOf('b("')), 'b("c");       ');
});

test("brackets are matched", () => {
  assert.equal(closing("a(b{c}[d])e", 1), 9);
  assert.equal(closing("a(b", 1), 3);
});

test("every way of importing is seen, and what kind it is", () => {
  const text = `
import a from "one";
import type { B } from "./two.ts";
import { type C, d } from "#nova/x.ts";
import {
  e,
} from "../three.ts";
import "./four.ts";
export * from "./five.ts";
export type { F } from "./six.ts";
const g = await import("./seven.ts");
type H = typeof import("./eight.ts");
new Worker(new URL("./nine.ts", import.meta.url));
const text = 'import x from "not.ts"';
// import y from "nor.ts"
`;
  const found = findImports("src/keystone/api/z.ts", text, scan(text).code);
  assert.deepEqual(
    found.map(({ kind, target, specifier, line }) => `${line} ${kind} ${target ?? specifier}`),
    [
      "2 value one",
      "3 type src/keystone/api/two.ts",
      "4 value src/nova/x.ts",
      "7 value src/keystone/three.ts",
      "8 value src/keystone/api/four.ts",
      "9 value src/keystone/api/five.ts",
      "10 type src/keystone/api/six.ts",
      "11 dynamic src/keystone/api/seven.ts",
      "12 type src/keystone/api/eight.ts",
      "13 worker src/keystone/api/nine.ts",
    ],
  );
});
