/** Data: what set-up installs before a guest image can be built. Debian's names. */

export const guestImagePackages: readonly string[] = [
  "dosfstools",
  "dropbear-bin",
  "e2fsprogs",
  "fakeroot",
  "fdisk",
  "kmod",
  "mtools",
  "qemu-utils",
  "syslinux",
  "syslinux-common",
];

/** Fetched as archives and unpacked, never installed: the guest's kernel and its tools. */
export const guestKernelMeta = "linux-image-cloud-amd64";
/** Dynamic, for the guest: asks libc for names, which the static one cannot. */
export const guestBusybox = "busybox";
/** Static, for the initrd. The two cannot be installed side by side, but unpacked they can. */
export const initrdBusybox = "busybox-static";

/** Installed packages whose files go into the guest; their versions are part of the image's key. */
export const copiedPackages: readonly string[] = ["dropbear-bin", "e2fsprogs", "libc6", "syslinux-common"];

/** Programs copied from this machine into the guest, with the libraries they load. */
export const copiedPrograms: readonly string[] = [
  "/usr/sbin/dropbear",
  "/usr/bin/dropbearkey",
  "/sbin/mke2fs",
  "/sbin/resize2fs",
  "/sbin/e2fsck",
];

/** Further names of copied programs. */
export const programLinks: Readonly<Record<string, string>> = {
  "mkfs.ext2": "mke2fs",
  "mkfs.ext3": "mke2fs",
  "mkfs.ext4": "mke2fs",
  "fsck.ext4": "e2fsck",
};

/** Kernel modules needed to find the root disk. */
export const bootModules: readonly string[] = ["virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "ext4"];

/** Kernel modules of the running guest; what they need comes with them. */
export const guestModules: readonly string[] = [
  ...bootModules,
  "virtio_net",
  "virtio_balloon",
  "virtio-rng",
  "sr_mod",
  "isofs",
  "vfat",
  "nls_ascii",
  "nls_cp437",
  "nls_utf8",
  "button",
  "evdev",
];

/** Taken when the kernel has them: not every cloud kernel drives old or real hardware. */
export const optionalModules: readonly string[] = ["ata_piix", "ahci", "e1000", "8139cp", "crc32c-intel"];
