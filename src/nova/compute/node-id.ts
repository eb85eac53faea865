/** The id of this compute node, made once and kept in its state folder: Placement knows the host by it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isUuid, type Ids } from "#platform/ids/ids.ts";

export async function ensureNodeId(state_dir: string, host: string, ids: Ids): Promise<string> {
  const path = join(state_dir, `compute-node-${host}`);
  const known = await readFile(path, "utf8").catch(() => "");
  if (isUuid(known.trim())) return known.trim();
  const made = ids.uuid();
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  return made;
}
