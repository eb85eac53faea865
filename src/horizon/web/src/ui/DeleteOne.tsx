/** Asks before one thing of a list is deleted, deletes it, and says what happened. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isGone } from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "./ErrorNote.tsx";
import { notices } from "./notices.ts";

export interface DeleteOneProps {
  name: string;
  /** What it means. */
  text: string;
  run(): Promise<unknown>;
  onClose(): void;
}

export function DeleteOne({ name, text, run, onClose }: DeleteOneProps) {
  const t = useT();
  const client = useQueryClient();
  const deletion = useMutation({
    mutationFn: () =>
      run().catch((error: unknown) => {
        if (!isGone(error)) throw error;
      }),
    onSuccess: () => {
      notices.notify({ type: "info", header: t("servers.delete.sent", { name }) });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["cloud"] }),
  });
  return (
    <Modal
      visible
      header={t("list.delete.title", { name })}
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
        <div>{text}</div>
        {deletion.error && <ErrorNote error={deletion.error} />}
      </SpaceBetween>
    </Modal>
  );
}
