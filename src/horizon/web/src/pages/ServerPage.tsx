/** One server: how it is, what can be done with it, and how it was made. */
import Alert from "@cloudscape-design/components/alert";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { isGone, serverQuery } from "../api/queries.ts";
import type { Server } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import type { ServerTab } from "../router.tsx";
import { ConsoleLog } from "../server/ConsoleLog.tsx";
import { Events } from "../server/Events.tsx";
import { Overview } from "../server/Overview.tsx";
import { ServerActions } from "../server/ServerActions.tsx";
import { TracePanel } from "../trace/TracePanel.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { ServerStatus } from "../ui/ServerStatus.tsx";
import "../server/server.css";

export function ServerPage() {
  const t = useT();
  const { serverId } = useParams({ from: "/inside/servers/$serverId" });
  const { data: server, error, isPending, refetch } = useQuery(serverQuery(serverId));
  if (isGone(error)) return <Gone />;
  if (server) return <ServerView server={server} />;
  if (isPending) return <StatusIndicator type="loading">{t("app.loading")}</StatusIndicator>;
  return <ErrorNote error={error} onRetry={() => void refetch()} />;
}

function ServerView({ server }: { server: Server }) {
  const t = useT();
  return (
    <div className="server">
      <nav className="crumbs">
        <Link to={paths.servers}>{t("servers.title")}</Link> <span aria-hidden="true">/</span>
      </nav>
      <div className="server-head">
        <h1>{server.name}</h1>
        <ServerStatus server={server} />
        <span className="top-space" />
        <ServerActions server={server} />
      </div>
      {server.fault && (
        <Alert type="error" header={t("server.fault")}>
          <div>{server.fault.message}</div>
          <div>{t("server.fault.advice")}</div>
        </Alert>
      )}
      <Overview server={server} />
      <ServerTabs server={server} />
    </div>
  );
}

function ServerTabs({ server }: { server: Server }) {
  const t = useT();
  const navigate = useNavigate();
  const { tab } = useSearch({ from: "/inside/servers/$serverId" });
  const select = (id: ServerTab) =>
    void navigate({
      to: paths.server,
      params: { serverId: server.id },
      search: { tab: id },
      replace: true,
      resetScroll: false,
    });
  const names: Record<ServerTab, true> = { trace: true, console: true, events: true };
  const isTab = (id: string): id is ServerTab => id in names;
  return (
    <Tabs
      activeTabId={tab ?? "trace"}
      onChange={({ detail }) => {
        if (isTab(detail.activeTabId)) select(detail.activeTabId);
      }}
      tabs={[
        { id: "trace", label: t("server.tab.trace"), content: <TracePanel key={server.id} serverId={server.id} /> },
        { id: "console", label: t("server.tab.console"), content: <ConsoleLog server={server} /> },
        { id: "events", label: t("server.tab.events"), content: <Events server={server} /> },
      ]}
    />
  );
}

function Gone() {
  const t = useT();
  return (
    <section className="empty">
      <h1>{t("server.gone")}</h1>
      <Link to={paths.servers}>{t("app.back_to_servers")}</Link>
    </section>
  );
}
