/** What a stage needs before it runs: Debian packages for the real ones, built pages for the browser. */
import { existsSync } from "node:fs";
import { ensureDashboard } from "#cloud/dashboard-build.ts";
import { installPackages, missingPackages } from "#cloud/packages.ts";
import type { Stage } from "./stages.ts";

/** What tests use besides what the cloud itself needs: a file that the package brings, and the package. */
const testPackages: readonly { file: string; package: string }[] = [
  { file: "/usr/bin/openstack", package: "python3-openstackclient" },
  { file: "/usr/bin/ssh", package: "openssh-client" },
  { file: "/usr/bin/ssh-keygen", package: "openssh-client" },
  { file: "/usr/bin/genisoimage", package: "genisoimage" },
  { file: "/usr/bin/busybox", package: "busybox" },
  { file: "/usr/sbin/nats-server", package: "nats-server" },
  { file: "/usr/bin/nsenter", package: "util-linux" },
  { file: "/usr/bin/chromium", package: "chromium" },
  { file: "/usr/share/doc/fonts-noto-cjk", package: "fonts-noto-cjk" },
];

/** Throws with what a person has to do when the stage cannot be run here. A stage is never left out for lack of a tool. */
export async function prepare(stage: Stage): Promise<void> {
  if (stage.real) await ensurePackages(stage);
  if (stage.pages) {
    await ensureDashboard((line) => console.log(line));
  }
}

async function ensurePackages(stage: Stage): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      `the tests "${stage.name}" need root: they make networks, discs and guests. Without root: npm run test:fast`,
    );
  }
  const ofTests = testPackages.filter(({ file }) => !existsSync(file)).map((one) => one.package);
  const wanted = new Set([...missingPackages().map((one) => one.package), ...ofTests]);
  if (wanted.size > 0) await installPackages([...wanted], (line) => console.log(line));
}
