/** Every server of the project. The list looks again by itself. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { imagesQuery, serversQuery } from "../api/queries.ts";
import type { Server } from "../api/types.ts";
import { useT, type Translate } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { paths } from "../paths.ts";
import { DeleteServers } from "../ui/DeleteServers.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { ago, clockTime } from "../ui/format.ts";
import { Logo } from "../ui/Logo.tsx";
import { ServerStatus } from "../ui/ServerStatus.tsx";
import { Usage } from "../ui/Usage.tsx";

type ImageName = (server: Server) => string;

function useImageNames(): ImageName {
  const t = useT();
  const images = useQuery(imagesQuery).data ?? [];
  return ({ image }) =>
    image === "" ? t("servers.from_volume") : (images.find(({ id }) => id === image.id)?.name ?? "–");
}

const addressesOf = (server: Server) =>
  Object.values(server.addresses)
    .flat()
    .map((address) => address.addr);

function columns(t: Translate, imageName: ImageName, locale: string): TableProps.ColumnDefinition<Server>[] {
  return [
    {
      id: "name",
      header: t("servers.column.name"),
      isRowHeader: true,
      cell: (server) => (
        <Link className="strong-link" to={paths.server} params={{ serverId: server.id }}>
          {server.name}
        </Link>
      ),
    },
    { id: "status", header: t("servers.column.status"), cell: (server) => <ServerStatus server={server} /> },
    {
      id: "address",
      header: t("servers.column.address"),
      cell: (server) => <span className="addresses">{addressesOf(server).join("  ") || "–"}</span>,
    },
    { id: "flavor", header: t("servers.column.flavor"), cell: (server) => server.flavor.original_name },
    { id: "image", header: t("servers.column.image"), cell: imageName },
    {
      id: "created",
      header: t("servers.column.created"),
      cell: (server) => <span title={clockTime(server.created, locale)}>{ago(server.created, locale)}</span>,
    },
  ];
}

export function ServersPage() {
  const t = useT();
  const { locale } = useLanguage();
  const navigate = useNavigate();
  const imageName = useImageNames();
  const { data, error, isPending, refetch } = useQuery(serversQuery);
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const launch = () => void navigate({ to: paths.launch });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data?.length === 0) return <NoServers onLaunch={launch} />;
  const haystack = (server: Server) =>
    [server.name, server.status, server.flavor.original_name, imageName(server), ...addressesOf(server)]
      .join(" ")
      .toLowerCase();
  const shown = (data ?? []).filter((server) => haystack(server).includes(filter.toLowerCase()));
  const selected = (data ?? []).filter((server) => chosen.includes(server.id));
  return (
    <>
      <Usage />
      <Table
        variant="container"
        items={shown}
        trackBy="id"
        loading={isPending}
        loadingText={t("app.loading")}
        columnDefinitions={columns(t, imageName, locale)}
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems.map((server) => server.id))}
        ariaLabels={{
          selectionGroupLabel: t("servers.title"),
          allItemsSelectionLabel: () => t("servers.select_all"),
          itemSelectionLabel: (_state, server) => t("servers.select", { name: server.name }),
        }}
        filter={
          <TextFilter
            filteringText={filter}
            filteringPlaceholder={t("servers.filter")}
            filteringAriaLabel={t("servers.filter")}
            onChange={({ detail }) => setFilter(detail.filteringText)}
          />
        }
        header={
          <Header
            variant="h1"
            counter={`(${data?.length ?? 0})`}
            description={<span className="live">{t("app.updated_live")}</span>}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={selected.length === 0} onClick={() => setAsking(true)}>
                  {t("servers.delete")}
                </Button>
                <Button variant="primary" onClick={launch}>
                  {t("servers.launch")}
                </Button>
              </SpaceBetween>
            }
          >
            {t("servers.title")}
          </Header>
        }
        empty={
          <Box textAlign="center" padding="l">
            <SpaceBetween size="s">
              <div>{t("servers.no_match")}</div>
              <Button onClick={() => setFilter("")}>{t("servers.clear_filter")}</Button>
            </SpaceBetween>
          </Box>
        }
      />
      {asking && selected.length > 0 && (
        <DeleteServers
          servers={selected}
          onClose={() => setAsking(false)}
          onSent={() => {
            setAsking(false);
            setChosen([]);
          }}
        />
      )}
    </>
  );
}

function NoServers({ onLaunch }: { onLaunch: () => void }) {
  const t = useT();
  return (
    <section className="empty">
      <Logo size={84} />
      <h1>{t("servers.empty")}</h1>
      <p>{t("servers.empty.hint")}</p>
      <Button variant="primary" onClick={onLaunch}>
        {t("servers.launch")}
      </Button>
    </section>
  );
}
