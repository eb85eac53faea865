/** `cumulet image build` */
import { join } from "node:path";
import { buildGuestImage } from "#cloud/guest-image/guest-image.ts";
import { installPackages, missingPackages } from "#cloud/packages.ts";
import { say, tell } from "./command.ts";
import { stateDirOf, type StateOption } from "./running.ts";

export async function imageBuild(options: StateOption & { output?: string }): Promise<void> {
  const missing = missingPackages().map((one) => one.package);
  if (missing.length > 0) await installPackages(missing, tell);
  const dir = join(stateDirOf(options), "guest-image");
  const image = await buildGuestImage({
    work_dir: dir,
    output_path: options.output ?? join(dir, "cumulet.qcow2"),
    onStep: (step) => tell(`[${step.number}/${step.total}] ${step.title}`),
  });
  say(
    `${image.path} (${(image.size_bytes / 1e6).toFixed(1)} MB, kernel ${image.kernel}${image.built ? "" : ", was there already"})`,
  );
}
