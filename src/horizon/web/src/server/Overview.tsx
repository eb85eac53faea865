/** The facts about a server, and how to get into it. */
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useQuery } from "@tanstack/react-query";
import { imagesQuery, volumesQuery } from "../api/queries.ts";
import type { Server, ServerAddress } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { useSession } from "../session.ts";
import { clockTime, memory } from "../ui/format.ts";
import { loginUser } from "./login-user.ts";

export function Overview({ server }: { server: Server }) {
  const t = useT();
  const { locale } = useLanguage();
  const imageName = useImageName(server);
  const { vcpus, ram, disk, original_name } = server.flavor;
  const volumes = server["os-extended-volumes:volumes_attached"] ?? [];
  const groups = [...new Set((server.security_groups ?? []).map((group) => group.name))];
  return (
    <section className="panel">
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("servers.column.address"), value: <Addresses server={server} /> },
          { label: t("server.ssh"), value: <Ssh server={server} imageName={imageName ?? ""} /> },
          {
            label: t("servers.column.flavor"),
            value: (
              <>
                {original_name}
                <div className="quiet">{t("server.flavor_size", { vcpus, ram: memory(ram), disk: `${disk} GB` })}</div>
              </>
            ),
          },
          { label: t("servers.column.image"), value: <ImageFact server={server} name={imageName} /> },
          { label: t("servers.column.created"), value: clockTime(server.created, locale) },
          { label: t("server.key"), value: server.key_name ?? "–" },
          { label: t("server.volumes"), value: volumes.map(({ id }) => id.slice(0, 8)).join(", ") || "–" },
          { label: t("server.groups"), value: groups.join(", ") || "–" },
        ]}
      />
      <div className="server-id">
        {t("server.id")}{" "}
        <CopyToClipboard
          variant="inline"
          textToCopy={server.id}
          copySuccessText={t("app.copied")}
          copyErrorText={t("app.copy_failed")}
          copyButtonAriaLabel={`${t("app.copy")} ID`}
        />
      </div>
    </section>
  );
}

/** The image's name; for a server on a volume, the name of the image that the volume was made from. */
function useImageName({ image, "os-extended-volumes:volumes_attached": attached = [] }: Server): string | undefined {
  const { project } = useSession();
  const images = useQuery(imagesQuery).data ?? [];
  const volumes = useQuery({ ...volumesQuery(project.id), enabled: image === "" }).data ?? [];
  if (image !== "") return images.find(({ id }) => id === image.id)?.name;
  const own = volumes.filter(({ id }) => attached.some((volume) => volume.id === id));
  return own.map((volume) => volume.volume_image_metadata?.image_name).find((name) => name !== undefined);
}

function ImageFact({ server, name }: { server: Server; name: string | undefined }) {
  const t = useT();
  return (
    <>
      {name ?? "–"}
      {server.image === "" && <div className="quiet">{t("servers.from_volume")}</div>}
    </>
  );
}

const all = (server: Server): ServerAddress[] => Object.values(server.addresses).flat();

function Addresses({ server }: { server: Server }) {
  const t = useT();
  const addresses = all(server);
  if (addresses.length === 0) return <span className="quiet">{t("server.no_address")}</span>;
  return (
    <>
      {addresses.map((address) => (
        <div key={address.addr}>
          {address.addr} <span className="quiet">{t(`server.${address["OS-EXT-IPS:type"]}`)}</span>
        </div>
      ))}
    </>
  );
}

/** The floating address if there is one: it is the one that can be reached. */
function Ssh({ server, imageName }: { server: Server; imageName: string }) {
  const t = useT();
  const addresses = all(server);
  const best = addresses.find((address) => address["OS-EXT-IPS:type"] === "floating") ?? addresses[0];
  if (!best) return "–";
  const command = `ssh ${loginUser(imageName)}@${best.addr}`;
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={command}
      textToDisplay={<code>{command}</code>}
      copyButtonAriaLabel={`${t("app.copy")}: ssh`}
      copySuccessText={t("app.copied")}
      copyErrorText={t("app.copy_failed")}
    />
  );
}
