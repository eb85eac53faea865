/** What was asked of the server, newest first. */
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { actionsQuery } from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { clockTime } from "../ui/format.ts";

export function Events({ serverId }: { serverId: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, error, isPending, refetch } = useQuery(actionsQuery(serverId));
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  return (
    <Table
      variant="container"
      items={data ?? []}
      loading={isPending}
      loadingText={t("app.loading")}
      empty={<Box color="text-body-secondary">{t("events.empty")}</Box>}
      columnDefinitions={[
        { id: "action", header: t("events.action"), cell: (event) => <b>{event.action}</b>, isRowHeader: true },
        { id: "time", header: t("events.time"), cell: (event) => clockTime(event.start_time, locale) },
        {
          id: "message",
          header: t("events.message"),
          cell: ({ message }) => (
            <StatusIndicator type={message ? "error" : "success"}>{message ?? t("events.ok")}</StatusIndicator>
          ),
        },
        { id: "request", header: t("events.request"), cell: (event) => <code>{event.request_id}</code> },
      ]}
    />
  );
}
