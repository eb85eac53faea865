/** Law 8: programs are started in one place, without a shell, and qemu-img is always told the format. */
import { findBanned, type Ban, type Exception } from "./patterns.ts";
import { closing, lineAt } from "./scan.ts";
import { isIn, isTest, type Breach, type Law, type SourceFile, type Tree } from "./tree.ts";

const starters: readonly Exception[] = [
  { path: "src/platform/exec", because: "it is the one place" },
  { path: "tools", because: "the checks start the checkers with the developer's own environment" },
];

const shells: readonly Ban[] = [
  {
    shape: /\bshell:\s*(?!false\b|[A-Z])\S+/g,
    message: "a shell reads user strings as commands. Pass an argument vector.",
  },
];

export const programsLaw: Law = {
  name: "programs",
  number: 8,
  why: "Argument vectors from one place leave no string that a shell could read as a command.",
  check: (tree) => [...findBanned(tree, shells, () => true), ...[...tree.values()].flatMap(otherStarts)],
};

function otherStarts(file: SourceFile): Breach[] {
  const { path, bare, text, imports } = file;
  if (starters.some((place) => isIn(path, place.path))) return [];
  const imported = imports
    .filter(({ specifier, kind }) => /^(?:node:)?child_process$/.test(specifier) && kind !== "type")
    .map(({ line }) => ({
      path,
      line,
      message: "starts programs by itself. Use exec or start of platform/exec/exec.ts.",
    }));
  if (isTest(path)) return imported;
  const shellArgv = [...bare.matchAll(/\[\s*"(?:\/bin\/)?(?:sh|bash|dash|zsh)"\s*,/g)].map(({ index }) => {
    const message = "starts a shell. Start the programs themselves, with argument vectors.";
    return { path, line: lineAt(text, index), message };
  });
  return [...imported, ...shellArgv];
}

export const qemuImgLaw: Law = {
  name: "qemu-img",
  number: 8,
  why: "qemu-img that guesses a format lets an uploaded image claim to be a qcow2 with any file of the host behind it.",
  check: (tree: Tree) => [...tree.values()].filter(({ path }) => !isIn(path, "tools")).flatMap(unnamedFormats),
};

/** Argument vectors: `["qemu-img", "create", …]`, and those of wrappers, `qemuImg(context, ["create", …])`. */
const vectors = /\[\s*(?:"qemu-img"|\w*qemu_?img\w*)\s*,\s*"|\bqemuImg\([^[\]]*\[\s*"/gi;

function unnamedFormats({ path, text, code, bare }: SourceFile): Breach[] {
  return [...bare.matchAll(vectors)].flatMap(({ 0: found, index }) => {
    const open = index + found.lastIndexOf("[");
    const words = [...bare.slice(open, closing(code, open)).matchAll(/"([^"]*)"/g)].map(([, word = ""]) => word);
    const missing = missingFormat(words[0] === "qemu-img" ? words.slice(1) : words);
    if (missing === undefined) return [];
    return [
      { path, line: lineAt(text, index), message: `qemu-img without ${missing}. Name the format of each image.` },
    ];
  });
}

/** The option that names a format and is not there; undefined when all are. */
function missingFormat([verb = "", ...words]: readonly string[]): string | undefined {
  const named = (option: string): boolean => words.some((word) => word === option || word.startsWith(`${option}=`));
  if (["--version", "--help", "-V"].includes(verb) || words.includes("--image-opts")) return undefined;
  if (!named("-f")) return `-f (${verb})`;
  if (verb === "convert" && !named("-O")) return "-O (convert)";
  if (["create", "rebase", "convert"].includes(verb) && (named("-b") || named("-B")) && !named("-F"))
    return `-F (${verb} with -b)`;
  return undefined;
}
