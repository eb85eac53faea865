/** A test that cannot fail proves nothing, and one in no stage never runs. */
import { stageOf } from "../testing/stages.ts";
import type { Breach, Law, SourceFile, Tree } from "./tree.ts";

export const testsLaw: Law = {
  name: "tests",
  why: "A test that cannot fail, or that no command runs, only looks like a proof.",
  check: (tree) =>
    [...tree.values()].filter(({ path }) => path.endsWith(".test.ts")).flatMap((file) => checkTest(tree, file)),
};

function checkTest(tree: Tree, file: SourceFile): Breach[] {
  const { path } = file;
  const found: Breach[] = [];
  if (!stageOf(path)) {
    const message = "belongs to no stage of the tests. Move it, or add its folder to tools/testing/stages.ts.";
    found.push({ path, line: 1, message });
  }
  if (!/\b(?:test|it)\s*\(/.test(file.code) && !usesSuite(tree, file)) {
    found.push({ path, line: 1, message: "has no test: nothing in it is run by node:test." });
  }
  if (!canFail(tree, file)) {
    const message =
      "asserts nothing, nor does what it imports from the tests: it cannot fail. Assert what it is about.";
    found.push({ path, line: 1, message });
  }
  return found;
}

/** Suites shared by drivers and started programs assert for the tests that use them. */
function helpers(tree: Tree, { imports }: SourceFile): SourceFile[] {
  return imports.flatMap(({ target = "" }) => tree.get(target) ?? []);
}

function asserts({ code }: SourceFile): boolean {
  return /\bassert(?:\.\w+)*\s*\(|\bexpect(?:Type)?\s*\(/.test(code);
}

function canFail(tree: Tree, file: SourceFile): boolean {
  return asserts(file) || helpers(tree, file).some(asserts) || startedPrograms(tree, file).some(asserts);
}

function usesSuite(tree: Tree, file: SourceFile): boolean {
  return helpers(tree, file).some(({ imports }) => imports.some(({ specifier }) => specifier === "node:test"));
}

/** Programs beside a test that it starts: their exit code is the assertion. */
function startedPrograms(tree: Tree, { path, bare }: SourceFile): SourceFile[] {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return [...bare.matchAll(/"((?:\.\/)?[\w-]+\.ts)"/g)].flatMap(
    ([, name = ""]) => tree.get(`${folder}/${name.replace("./", "")}`) ?? [],
  );
}
