/** The user that the makers of the well-known cloud images let in. */
const users: [RegExp, string][] = [
  [/cumulet/i, "cumulet"],
  [/cirros/i, "cirros"],
  [/ubuntu/i, "ubuntu"],
  [/debian/i, "debian"],
  [/fedora/i, "fedora"],
  [/rocky/i, "rocky"],
  [/alma/i, "almalinux"],
  [/centos|rhel/i, "cloud-user"],
  [/alpine/i, "alpine"],
  [/arch/i, "arch"],
  [/suse/i, "opensuse"],
  [/coreos/i, "core"],
];

export function loginUser(imageName: string): string {
  return users.find(([shape]) => shape.test(imageName))?.[1] ?? "root";
}
