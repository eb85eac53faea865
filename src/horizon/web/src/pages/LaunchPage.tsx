/** One page with good defaults: with one image and one network, a name is all there is to look at. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { allowSshAndPing, createServer } from "../api/acts.ts";
import { flavorsQuery, groupsQuery, imagesQuery, keypairsQuery, networksQuery, serversQuery } from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { AccessFields } from "../launch/AccessFields.tsx";
import { allowsSshAndPing, createBody, plan, problems, type Offer, type Wishes } from "../launch/choices.ts";
import { giveFloatingIp } from "../launch/floating.ts";
import { ScriptField } from "../launch/ScriptField.tsx";
import { SizeFields } from "../launch/SizeFields.tsx";
import { SourceFields } from "../launch/SourceFields.tsx";
import { Summary } from "../launch/Summary.tsx";
import { paths } from "../paths.ts";
import { useSession } from "../session.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Usage } from "../ui/Usage.tsx";
import "../launch/launch.css";

const firstWishes: Wishes = { boot_volume: false, allow: false, floating: false, user_data: "" };

/** Everything the form offers, once it is all there. */
function useOffer(): { offer?: Offer; error?: Error } {
  const { project } = useSession();
  const images = useQuery(imagesQuery);
  const flavors = useQuery(flavorsQuery);
  const networks = useQuery(networksQuery);
  const keypairs = useQuery(keypairsQuery);
  const servers = useQuery(serversQuery);
  const groups = useQuery(groupsQuery(project.id));
  const error = [images, flavors, networks, keypairs, servers, groups].find(
    (query) => query.isError && !query.data,
  )?.error;
  if (error) return { error };
  if (!images.data || !flavors.data || !networks.data || !keypairs.data || !servers.data || !groups.data) return {};
  const group = groups.data.find(({ name }) => name === "default");
  return {
    offer: {
      images: images.data,
      flavors: flavors.data,
      networks: networks.data,
      keypairs: keypairs.data,
      servers: servers.data,
      group,
    },
  };
}

export function LaunchPage() {
  const t = useT();
  const { offer, error } = useOffer();
  if (error) return <ErrorNote error={error} onRetry={() => window.location.reload()} />;
  if (!offer) return <StatusIndicator type="loading">{t("app.loading")}</StatusIndicator>;
  return <LaunchForm offer={offer} />;
}

/** What each part of the form gets. */
export interface PartProps {
  offer: Offer;
  wishes: Wishes;
  change(part: Partial<Wishes>): void;
  /** Problems are shown only after the first try. */
  tried: boolean;
}

function useLaunch(offer: Offer, wishes: Wishes) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async () => {
      if (wishes.allow && offer.group && !allowsSshAndPing(offer.group)) await allowSshAndPing(offer.group.id);
      const planned = plan(offer, wishes);
      return { id: await createServer(createBody(planned, wishes)), name: planned.name };
    },
    onSuccess: async ({ id, name }) => {
      if (wishes.floating) void giveFloatingIp(client, id, name, t);
      void client.invalidateQueries({ queryKey: ["cloud"] });
      await navigate({ to: paths.server, params: { serverId: id }, search: { tab: "trace" } });
    },
  });
}

function LaunchForm({ offer }: { offer: Offer }) {
  const t = useT();
  const [wishes, setWishes] = useState(firstWishes);
  const [tried, setTried] = useState(false);
  const launch = useLaunch(offer, wishes);
  const planned = plan(offer, wishes);
  const wrong = problems(planned);
  const part: PartProps = { offer, wishes, tried, change: (some) => setWishes({ ...wishes, ...some }) };
  const submit = () => {
    setTried(true);
    if (wrong.length === 0) launch.mutate();
  };
  return (
    <form
      className="launch"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <nav className="crumbs">
        <Link to={paths.servers}>{t("servers.title")}</Link> <span aria-hidden="true">/</span>
      </nav>
      <div className="page-head">
        <h1>{t("launch.title")}</h1>
        <p>{t("launch.intro")}</p>
      </div>
      <div className="launch-body">
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">{t("launch.source")}</Header>}>
            <SpaceBetween size="l">
              <FormField
                label={t("launch.name")}
                errorText={tried && wrong.includes("name") && t("launch.name.required")}
              >
                <Input
                  value={planned.name}
                  onChange={({ detail }) => part.change({ name: detail.value })}
                  spellcheck={false}
                />
              </FormField>
              <SourceFields {...part} />
            </SpaceBetween>
          </Container>
          <SizeFields {...part} />
          <AccessFields {...part} />
          <ScriptField {...part} />
        </SpaceBetween>
        <aside className="launch-side">
          <Summary plan={planned} wishes={wishes} />
          {launch.error && <ErrorNote error={launch.error} />}
          <div className="launch-buttons">
            <Button variant="primary" formAction="submit" loading={launch.isPending} fullWidth>
              {t("launch.submit")}
            </Button>
          </div>
          <Usage />
        </aside>
      </div>
    </form>
  );
}
