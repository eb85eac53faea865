/** Asks before servers are deleted, then deletes them one by one and says what happened. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteServer } from "../api/acts.ts";
import { isGone } from "../api/queries.ts";
import type { Server } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "./ErrorNote.tsx";
import { notices } from "./notices.ts";

export interface DeleteServersProps {
  servers: readonly Server[];
  onClose(): void;
  onSent(): void;
}

export function DeleteServers({ servers, onClose, onSent }: DeleteServersProps) {
  const t = useT();
  const client = useQueryClient();
  const names = servers.map((server) => server.name);
  const deletion = useMutation({
    mutationFn: async () => {
      const missing = (error: unknown) => {
        if (!isGone(error)) throw error;
      };
      for (const server of servers) await deleteServer(server.id).catch(missing);
    },
    onSuccess: () => {
      notices.notify({ type: "info", header: t("servers.delete.sent", { name: names.join(", ") }) });
      onSent();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["cloud", "servers"] }),
  });
  const [first = ""] = names;
  const title =
    names.length === 1
      ? t("servers.delete.title.one", { name: first })
      : t("servers.delete.title.many", { count: names.length });
  return (
    <Modal
      visible
      header={title}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {t("app.cancel")}
            </Button>
            <Button variant="primary" loading={deletion.isPending} onClick={() => deletion.mutate()}>
              {t("app.delete")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <div>{t("servers.delete.text")}</div>
        {names.length > 1 && (
          <ul className="plain-list">
            {servers.map((server) => (
              <li key={server.id}>{server.name}</li>
            ))}
          </ul>
        )}
        {deletion.error && <ErrorNote error={deletion.error} />}
      </SpaceBetween>
    </Modal>
  );
}
