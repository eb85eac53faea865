/** The unprivileged user guests run as, and whether it can reach a file. */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { exec } from "#platform/exec/exec.ts";
import { HypervisorError } from "../hypervisor-error.ts";

export interface QemuUser {
  name: string;
  uid: number;
  gid: number;
  groups: readonly number[];
}

/** Looks the user up; fails with `hypervisor_missing` when it does not exist. */
export async function getQemuUser(name: string): Promise<QemuUser> {
  const ask = async (what: string) => (await exec(["id", what, "--", name])).stdout.trim();
  try {
    const [uid, gid, groups] = await Promise.all([ask("-u"), ask("-g"), ask("-G")]);
    return { name, uid: Number(uid), gid: Number(gid), groups: groups.split(" ").map(Number) };
  } catch (cause) {
    throw new HypervisorError("hypervisor_missing", `there is no user ${name} for guests to run as`, { cause });
  }
}

/** The first folder above `path` the user may not pass, judged by mode bits alone. */
export async function findBarrier(user: QemuUser, path: string): Promise<string | undefined> {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    if (!(await grants(user, folder, 1))) return folder;
  }
  return undefined;
}

/** Whether the file's mode grants the user all of `bits` (4 read, 2 write, 1 execute or pass). */
export async function grants(user: QemuUser, path: string, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : user.groups.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
