/** Gives a server an outside address in the background, while the user already watches the server being made. */
import type { QueryClient } from "@tanstack/react-query";
import { addFloatingIp } from "../api/acts.ts";
import { describeError } from "../api/errors.ts";
import type { Translate } from "../i18n/i18n.ts";
import { notices } from "../ui/notices.ts";

export async function giveFloatingIp(client: QueryClient, serverId: string, name: string, t: Translate): Promise<void> {
  try {
    const address = await addFloatingIp(serverId);
    notices.notify({ type: "success", header: t("launch.floating.done", { name, address }) });
  } catch (error) {
    const { message, advice } = describeError(error, t);
    notices.notify({ type: "error", header: t("launch.floating.failed", { name }), content: `${message} ${advice}` });
  }
  await client.invalidateQueries({ queryKey: ["cloud", "servers"] });
}
