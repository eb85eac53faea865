/** What the file system says, in the backend's own words. */
import { access } from "node:fs/promises";
import { ExecError } from "#platform/exec/exec.ts";
import { BackendError } from "../backend.ts";

export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** Throws `backend_full` for a full disc, everything else as it is. */
export function named(error: unknown): never {
  const full =
    ["ENOSPC", "EDQUOT"].includes(codeOf(error)) || (error instanceof ExecError && /No space left/.test(error.stderr));
  if (full) throw new BackendError("backend_full", "The volume backend is full.", { cause: error });
  if (codeOf(error) === "EFBIG") {
    throw new BackendError("backend_full", "The volume is larger than a file of the backend can be.", { cause: error });
  }
  throw error;
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
