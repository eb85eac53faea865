/** Rooms: each file has one, and imports only what its room may know. */
import { implementations, roomOf, type Room } from "./rooms.ts";
import { isIn, isTest, type Breach, type Law, type SourceFile, type Tree } from "./tree.ts";

export const roomsLaw: Law = {
  name: "rooms",
  number: 2,
  why: "Parts that do not know each other can run on different machines, be replaced and be understood alone.",
  check: (tree) => [...tree.values()].filter((file) => isIn(file.path, "src")).flatMap((file) => checkFile(tree, file)),
};

export const implementationsLaw: Law = {
  name: "drivers",
  number: 9,
  why: "Which driver runs is decided in cloud/ alone; whoever imports one cannot be run with its fake.",
  check: (tree) => [...tree.values()].flatMap(importsOfDrivers),
};

function checkFile(tree: Tree, file: SourceFile): Breach[] {
  const room = roomOf(file.path);
  if (!room) {
    const message = "is in no room. Move it into one, or give its folder a line in tools/laws/rooms.ts.";
    return [{ path: file.path, line: 1, message }];
  }
  return file.imports.flatMap(({ specifier, target, kind, line }) => {
    if (kind === "type" && room.mayTypes?.includes(target ?? "")) return [];
    const reason = target === undefined ? wrongPackage(room, file, specifier) : wrongTarget(tree, room, file, target);
    return reason === undefined ? [] : [{ path: file.path, line, message: `imports ${specifier}: ${reason}` }];
  });
}

function wrongPackage({ folder, packages, because }: Room, { path }: SourceFile, name: string): string | undefined {
  if (packages === undefined || packages.includes(name) || isTest(path)) return undefined;
  const allowed = packages.length === 0 ? "no packages" : `only ${packages.join(", ")}`;
  return `${folder} imports ${allowed} from outside. ${because}.`;
}

function wrongTarget(tree: Tree, room: Room, { path }: SourceFile, target: string): string | undefined {
  if (target.startsWith("tests/"))
    return isTest(path) ? undefined : "what is shipped knows no tests. What several tests share is called test-….ts.";
  if (!isIn(target, "src")) return "what is shipped imports nothing from outside src.";
  if (target.endsWith(".test.ts")) return "tests are run, not imported. Move what they share into test-….ts.";
  if (isTest(target) && !isTest(path))
    return "what is shipped knows no tests. Move the shared part into a file of its own.";
  if (!target.includes("*") && /\.tsx?$/.test(target) && !tree.has(target)) return "there is no such file.";
  if (isIn(target, room.folder) || room.may.some((place) => isIn(target, place))) return undefined;
  return `${room.folder} may import ${["itself", ...room.may].join(", ")}. ${room.because}.`;
}

function importsOfDrivers(file: SourceFile): Breach[] {
  if (!isIn(file.path, "src") || isTest(file.path) || isIn(file.path, "src/cloud")) return [];
  return file.imports.flatMap(({ specifier, target = "", line }) => {
    const driver = implementations.find((folder) => isIn(target, folder));
    if (driver === undefined || isIn(file.path, driver)) return [];
    const message = `imports ${specifier}, a driver. Use its interface, passed in by cloud/; what two drivers share stands beside the interface.`;
    return [{ path: file.path, line, message }];
  });
}
