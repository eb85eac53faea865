/** Settings with defaults filled in and the host asked: which user, which accelerator. */
import { join } from "node:path";
import type { QemuContext, QemuSettings } from "./context.ts";
import { probeKvm } from "./kvm-probe.ts";
import { getQemuUser } from "./qemu-user.ts";
import { makeFolders } from "./start-guest.ts";

export async function makeContext(settings: QemuSettings): Promise<QemuContext> {
  const { clock, ids, log, instances_dir, run_dir } = settings;
  await makeFolders(settings);
  const qemu_program = settings.qemu_program ?? "qemu-system-x86_64";
  const { accel = "auto" } = settings;
  const chooseByProbe = async () => {
    const verdict = await probeKvm({
      clock,
      ids,
      qemu_program,
      cache_path: join(instances_dir, "kvm-probe.json"),
      scratch_dir: run_dir,
    });
    log.info({ accel: verdict.accel, reason: verdict.reason }, "accelerator chosen");
    return verdict.accel;
  };
  return {
    clock,
    ids,
    log,
    instances_dir,
    run_dir,
    qemu_program,
    accel: accel === "auto" ? await chooseByProbe() : accel,
    user: process.getuid?.() === 0 ? await getQemuUser(settings.qemu_user) : undefined,
    qemu_img_program: settings.qemu_img_program ?? "qemu-img",
    tb_size_mb: settings.tb_size_mb ?? 128,
    reserve_mb: settings.reserve_mb ?? 64,
    detach_ms: settings.detach_ms ?? 20_000,
    console_log_bytes: settings.console_log_bytes ?? 1024 ** 2,
    open_tun_device: settings.open_tun_device ?? false,
  };
}
