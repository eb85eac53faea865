/** The plain lists. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Button from "@cloudscape-design/components/button";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteFloatingIp, deleteKeypair, deleteVolume, detachFloatingIp } from "../api/acts.ts";
import { describeError } from "../api/errors.ts";
import type { FloatingIp } from "../api/types.ts";
import {
  flavorsQuery,
  floatingIpsQuery,
  imagesQuery,
  keypairsQuery,
  networksQuery,
  serversQuery,
  subnetsQuery,
  volumesQuery,
} from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { useSession } from "../session.ts";
import { bytes, memory } from "../ui/format.ts";
import { ListPage } from "../ui/ListPage.tsx";
import { notices } from "../ui/notices.ts";

const good = new Set(["active", "ACTIVE", "available", "in-use"]);
const bad = /error|killed/i;

function State({ value }: { value: string }) {
  const type = good.has(value)
    ? "success"
    : bad.test(value)
      ? "error"
      : /ing$|queued/.test(value)
        ? "in-progress"
        : "stopped";
  return <StatusIndicator type={type}>{value}</StatusIndicator>;
}

export function ImagesPage() {
  const t = useT();
  return (
    <ListPage
      title={t("nav.images")}
      query={imagesQuery}
      columns={[
        { id: "name", header: t("list.name"), cell: (image) => <b>{image.name}</b> },
        { id: "status", header: t("list.status"), cell: (image) => <State value={image.status} /> },
        { id: "format", header: t("list.format"), cell: (image) => image.disk_format },
        { id: "size", header: t("list.size"), cell: (image) => bytes(image.size) },
        { id: "visibility", header: t("list.visibility"), cell: (image) => image.visibility },
      ]}
    />
  );
}

export function FlavorsPage() {
  const t = useT();
  return (
    <ListPage
      title={t("nav.flavors")}
      query={flavorsQuery}
      columns={[
        { id: "name", header: t("list.name"), cell: (flavor) => <b>{flavor.name}</b> },
        { id: "vcpus", header: t("list.vcpus"), cell: (flavor) => flavor.vcpus },
        { id: "ram", header: t("list.ram"), cell: (flavor) => memory(flavor.ram) },
        { id: "disk", header: t("list.disk"), cell: (flavor) => `${flavor.disk} GB` },
      ]}
    />
  );
}

export function KeypairsPage() {
  const t = useT();
  return (
    <ListPage
      title={t("nav.keypairs")}
      query={keypairsQuery}
      columns={[
        { id: "name", header: t("list.name"), cell: (keypair) => <b>{keypair.name}</b> },
        { id: "type", header: t("list.type"), cell: (keypair) => keypair.type ?? "ssh" },
        { id: "fingerprint", header: t("list.fingerprint"), cell: (keypair) => <code>{keypair.fingerprint}</code> },
      ]}
      removal={{
        nameOf: (keypair) => keypair.name,
        text: t("keypairs.delete.text"),
        run: (keypair) => deleteKeypair(keypair.name),
      }}
    />
  );
}

export function NetworksPage() {
  const t = useT();
  const subnets = useQuery(subnetsQuery).data ?? [];
  const cidrs = (id: string) => subnets.filter((subnet) => subnet.network_id === id).map((subnet) => subnet.cidr);
  return (
    <ListPage
      title={t("nav.networks")}
      query={networksQuery}
      columns={[
        { id: "name", header: t("list.name"), cell: (network) => <b>{network.name}</b> },
        { id: "status", header: t("list.status"), cell: (network) => <State value={network.status} /> },
        { id: "subnets", header: t("list.subnets"), cell: (network) => cidrs(network.id).join(", ") || "–" },
        {
          id: "external",
          header: t("list.external"),
          cell: (network) => (network["router:external"] ? t("list.yes") : t("list.no")),
        },
      ]}
    />
  );
}

export function FloatingIpsPage() {
  const t = useT();
  return (
    <ListPage
      title={t("nav.floatingips")}
      query={floatingIpsQuery}
      columns={[
        { id: "address", header: t("list.address"), cell: (ip) => <b>{ip.floating_ip_address}</b> },
        { id: "fixed", header: t("list.fixed"), cell: (ip) => ip.fixed_ip_address ?? "–" },
        { id: "status", header: t("list.status"), cell: (ip) => <State value={ip.status} /> },
      ]}
      removal={{
        nameOf: (ip) => ip.floating_ip_address,
        text: t("floating.delete.text"),
        run: (ip) => deleteFloatingIp(ip.id),
        more: (ip) => ip.port_id !== null && <Detach ip={ip} />,
      }}
    />
  );
}

function Detach({ ip }: { ip: FloatingIp }) {
  const t = useT();
  const client = useQueryClient();
  const detaching = useMutation({
    mutationFn: () => detachFloatingIp(ip.id),
    onError: (error) => {
      const { title, message, advice } = describeError(error, t);
      notices.notify({ type: "error", header: title, content: `${message} ${advice}` });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["cloud"] }),
  });
  return (
    <Button
      variant="inline-link"
      ariaLabel={`${t("floating.detach")}: ${ip.floating_ip_address}`}
      loading={detaching.isPending}
      onClick={() => detaching.mutate()}
    >
      {t("floating.detach")}
    </Button>
  );
}

export function VolumesPage() {
  const t = useT();
  const { project } = useSession();
  const servers = useQuery(serversQuery).data ?? [];
  const nameOf = (id: string) => servers.find((server) => server.id === id)?.name ?? id;
  return (
    <ListPage
      title={t("nav.volumes")}
      query={volumesQuery(project.id)}
      columns={[
        { id: "name", header: t("list.name"), cell: (volume) => <b>{volume.name || volume.id.slice(0, 8)}</b> },
        { id: "status", header: t("list.status"), cell: (volume) => <State value={volume.status} /> },
        { id: "size", header: t("list.size"), cell: (volume) => `${volume.size} GB` },
        {
          id: "bootable",
          header: t("list.bootable"),
          cell: (volume) => (volume.bootable === "true" ? t("list.yes") : t("list.no")),
        },
        {
          id: "attached",
          header: t("list.attached"),
          cell: (volume) =>
            volume.attachments.map(({ server_id, device }) => `${nameOf(server_id)} ${device}`).join(", ") || "–",
        },
      ]}
      removal={{
        nameOf: (volume) => volume.name || volume.id.slice(0, 8),
        text: t("volumes.delete.text"),
        run: (volume) => deleteVolume(project.id, volume.id),
        can: (volume) => volume.attachments.length === 0 && !volume.status.endsWith("ing"),
      }}
    />
  );
}
