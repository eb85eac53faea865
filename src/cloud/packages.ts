/** The programs that real guests and networks need, and the Debian packages that have them. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { defaultPath, exec } from "#platform/exec/exec.ts";
import { guestImagePackages } from "./guest-image/packages.ts";
import { SetupError } from "./state-folder.ts";

interface Need {
  program: string;
  package: string;
  why: string;
}

const needs: readonly Need[] = [
  { program: "qemu-system-x86_64", package: "qemu-system-x86", why: "runs guests" },
  { program: "qemu-img", package: "qemu-utils", why: "makes disks" },
  { program: "ip", package: "iproute2", why: "makes networks" },
  { program: "nft", package: "nftables", why: "filters and translates packets" },
  { program: "dnsmasq", package: "dnsmasq-base", why: "gives guests their addresses and names" },
  { program: "sysctl", package: "procps", why: "lets bridged packets be filtered" },
  { program: "genisoimage", package: "genisoimage", why: "makes config drives" },
  { program: "setpriv", package: "util-linux", why: "starts guests without privileges" },
  { program: "mcopy", package: "mtools", why: "builds the guest image" },
  { program: "mkfs.vfat", package: "dosfstools", why: "builds the guest image" },
  { program: "mke2fs", package: "e2fsprogs", why: "builds the guest image" },
  { program: "sfdisk", package: "fdisk", why: "builds the guest image" },
  { program: "syslinux", package: "syslinux", why: "builds the guest image" },
  { program: "depmod", package: "kmod", why: "builds the guest image" },
  { program: "fakeroot", package: "fakeroot", why: "builds the guest image" },
  { program: "dropbear", package: "dropbear-bin", why: "builds the guest image" },
];

function isInstalled(program: string): boolean {
  return defaultPath.split(":").some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Packages that are missing, each with what it is for. */
export function missingPackages(): { package: string; why: string }[] {
  const missing = new Map<string, string>();
  for (const need of needs) if (!isInstalled(need.program)) missing.set(need.package, need.why);
  return [...missing].map(([name, why]) => ({ package: name, why }));
}

/** Installs them with apt; needs root. Each step is told. */
export async function installPackages(packages: readonly string[], tell: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) {
    const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
    throw new SetupError(
      `Debian packages are missing: ${packages.join(", ")}.\nInstall them as root with: ${command}\nOr try the cloud without them: ./cumulet up --simulate`,
    );
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  tell(`Looking up ${packages.length} Debian packages (apt-get update)`);
  await exec(["apt-get", "update", "-qq"], { env, timeout_ms: 300_000 });
  tell(`Installing ${packages.join(" ")}`);
  const wanted = [...new Set([...packages, ...guestImagePackages])];
  await exec(["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...wanted], { env, timeout_ms: 1_200_000 });
}

/** The user as whom guests run; made when missing. */
export const guestUser = "cumulet-qemu";

export async function ensureGuestUser(): Promise<void> {
  const { code } = await exec(["id", "-u", guestUser], { okCodes: [0, 1] });
  if (code === 0) return;
  await exec([
    "useradd",
    "--system",
    "--no-create-home",
    "--home-dir",
    "/nonexistent",
    "--shell",
    "/usr/sbin/nologin",
    guestUser,
  ]);
}
