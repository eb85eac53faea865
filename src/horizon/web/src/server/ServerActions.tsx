/** The buttons of a server; each is there only when its state allows it. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { actOnServer, type ServerAction } from "../api/acts.ts";
import { describeError } from "../api/errors.ts";
import type { Server } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { giveFloatingIp } from "../launch/floating.ts";
import { paths } from "../paths.ts";
import { DeleteServers } from "../ui/DeleteServers.tsx";
import { notices } from "../ui/notices.ts";
import { canDo } from "./action-rules.ts";

export function ServerActions({ server }: { server: Server }) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: (action: ServerAction) => actOnServer(server.id, action),
    onSuccess: (_answer, action) =>
      notices.notify({ type: "info", header: t("server.sent", { action: t(`server.${action}`), name: server.name }) }),
    onError: (error) => {
      const { title, message, advice } = describeError(error, t);
      notices.notify({ type: "error", header: title, content: `${message} ${advice}` });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["cloud", "servers"] }),
  });
  const floating = Object.values(server.addresses)
    .flat()
    .some((address) => address["OS-EXT-IPS:type"] === "floating");
  const more = (id: string) => {
    if (id === "floating") void giveFloatingIp(client, server.id, server.name, t);
    if (id === "reboot_soft" || id === "reboot_hard") act.mutate(id);
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={!canDo(server, "start")} onClick={() => act.mutate("start")}>
        {t("server.start")}
      </Button>
      <Button disabled={!canDo(server, "stop")} onClick={() => act.mutate("stop")}>
        {t("server.stop")}
      </Button>
      <ButtonDropdown
        ariaLabel={t("server.more")}
        items={[
          { id: "reboot_soft", text: t("server.reboot_soft"), disabled: !canDo(server, "reboot_soft") },
          { id: "reboot_hard", text: t("server.reboot_hard"), disabled: !canDo(server, "reboot_hard") },
          { id: "floating", text: t("server.add_floating"), disabled: floating || server.status === "ERROR" },
        ]}
        onItemClick={({ detail }) => more(detail.id)}
      >
        {t("server.more")}
      </ButtonDropdown>
      <Button disabled={server["OS-EXT-STS:task_state"] === "deleting"} onClick={() => setAsking(true)}>
        {t("app.delete")}
      </Button>
      {asking && (
        <DeleteServers
          servers={[server]}
          onClose={() => setAsking(false)}
          onSent={() => {
            setAsking(false);
            void navigate({ to: paths.servers });
          }}
        />
      )}
    </SpaceBetween>
  );
}
