/** What was asked of the server, newest first. */
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { actionsQuery, isChanging } from "../api/queries.ts";
import type { InstanceAction, Server } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { clockTime } from "../ui/format.ts";

export function Events({ server }: { server: Server }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, error, isPending, refetch } = useQuery(actionsQuery(server.id));
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const current = isChanging(server) ? data?.[0]?.request_id : undefined;
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
          cell: (event) => <Result event={event} running={event.request_id === current} />,
        },
        { id: "request", header: t("events.request"), cell: (event) => <code>{event.request_id}</code> },
      ]}
    />
  );
}

function Result({ event: { message }, running }: { event: InstanceAction; running: boolean }) {
  const t = useT();
  if (message) return <StatusIndicator type="error">{message}</StatusIndicator>;
  if (running) return <StatusIndicator type="in-progress">{t("events.running")}</StatusIndicator>;
  return <StatusIndicator type="success">{t("events.ok")}</StatusIndicator>;
}
