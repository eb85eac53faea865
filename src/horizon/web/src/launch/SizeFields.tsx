/** The flavor: the smallest that fits is chosen already. */
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import { useT } from "../i18n/i18n.ts";
import type { PartProps } from "../pages/LaunchPage.tsx";
import { memory } from "../ui/format.ts";
import { bySize, fits, plan, problems } from "./choices.ts";

export function SizeFields({ offer, wishes, change, tried }: PartProps) {
  const t = useT();
  const planned = plan(offer, wishes);
  const options = bySize(offer.flavors).map((flavor) => {
    const fitting = fits(flavor, planned.image, wishes.boot_volume);
    const description = t("server.flavor_size", {
      vcpus: flavor.vcpus,
      ram: memory(flavor.ram),
      disk: `${flavor.disk} GB`,
    });
    return {
      value: flavor.id,
      label: flavor.name,
      description,
      disabled: !fitting,
      ...(fitting ? {} : { labelTag: t("launch.flavor.small") }),
    };
  });
  return (
    <Container header={<Header variant="h2">{t("launch.size")}</Header>}>
      <FormField
        label={t("launch.flavor")}
        errorText={tried && problems(planned).includes("flavor") && t("launch.flavor.required")}
      >
        <Select
          options={options}
          triggerVariant="option"
          selectedOption={options.find((option) => option.value === planned.flavor?.id) ?? null}
          onChange={({ detail }) => change({ flavor_id: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </Container>
  );
}
