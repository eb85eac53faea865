/** How the server is reached: network, key, what its group lets in, and an address from outside. */
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useT } from "../i18n/i18n.ts";
import type { PartProps } from "../pages/LaunchPage.tsx";
import { allowsSshAndPing, plan, problems, tenantNetworks } from "./choices.ts";
import { KeypairField } from "./KeypairField.tsx";

export function AccessFields(props: PartProps) {
  const { offer, wishes, change, tried } = props;
  const t = useT();
  const planned = plan(offer, wishes);
  const networks = tenantNetworks(offer.networks);
  const options = networks.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Container header={<Header variant="h2">{t("launch.access")}</Header>}>
      <SpaceBetween size="l">
        {networks.length === 0 && <Alert type="warning">{t("launch.network.none")}</Alert>}
        <FormField
          label={t("launch.network")}
          errorText={tried && problems(planned).includes("network") && t("launch.network.required")}
        >
          <Select
            options={options}
            selectedOption={options.find((option) => option.value === planned.network?.id) ?? null}
            onChange={({ detail }) => change({ network_id: detail.selectedOption.value ?? "" })}
          />
        </FormField>
        <KeypairField offer={offer} chosen={planned.key_name} onChoose={(key_name) => change({ key_name })} />
        <FormField label={t("launch.group")} description={t("launch.group.hint")}>
          {allowsSshAndPing(offer.group) ? (
            <StatusIndicator type="success">{t("launch.allow.done")}</StatusIndicator>
          ) : (
            <Checkbox
              checked={wishes.allow}
              disabled={!offer.group}
              onChange={({ detail }) => change({ allow: detail.checked })}
            >
              {t("launch.allow")}
            </Checkbox>
          )}
        </FormField>
        <Checkbox
          checked={wishes.floating}
          description={t("launch.floating.hint")}
          onChange={({ detail }) => change({ floating: detail.checked })}
        >
          {t("launch.floating")}
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}
