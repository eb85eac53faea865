/** User data, folded away until someone wants it. */
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useT } from "../i18n/i18n.ts";
import type { PartProps } from "../pages/LaunchPage.tsx";

export function ScriptField({ wishes, change }: PartProps) {
  const t = useT();
  return (
    <ExpandableSection variant="container" headerText={t("launch.advanced")}>
      <FormField stretch label={t("launch.userdata")} description={t("launch.userdata.hint")}>
        <Textarea
          value={wishes.user_data}
          onChange={({ detail }) => change({ user_data: detail.value })}
          placeholder={"#cloud-config\npackages: [nginx]"}
          rows={7}
          spellcheck={false}
        />
      </FormField>
    </ExpandableSection>
  );
}
