/** Image, and whether its copy lives on the host or in a volume. */
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import type { Image } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import type { PartProps } from "../pages/LaunchPage.tsx";
import { bytes } from "../ui/format.ts";
import { diskNeed, plan, problems, usable } from "./choices.ts";

/** Up to so many images stand side by side; more go into a list that can be searched. */
const mostTiles = 6;

export function SourceFields({ offer, wishes, change, tried }: PartProps) {
  const t = useT();
  const planned = plan(offer, wishes);
  const wrong = problems(planned);
  const images = usable(offer.images);
  if (images.length === 0) return <Alert type="warning">{t("launch.image.none")}</Alert>;
  return (
    <SpaceBetween size="l">
      <FormField
        stretch
        label={t("launch.image")}
        errorText={tried && wrong.includes("image") && t("launch.image.required")}
      >
        <ImageChoice images={images} chosen={planned.image} onChoose={(image_id) => change({ image_id })} />
      </FormField>
      <Checkbox
        checked={wishes.boot_volume}
        onChange={({ detail }) => change({ boot_volume: detail.checked })}
        description={t("launch.boot_volume.hint")}
      >
        {t("launch.boot_volume")}
      </Checkbox>
      {wishes.boot_volume && (
        <FormField
          label={t("launch.volume_size")}
          errorText={wrong.includes("volume") && t("launch.volume_size.low", { size: diskNeed(planned.image) })}
        >
          <Input
            type="number"
            inputMode="numeric"
            value={wishes.volume_gb ?? String(diskNeed(planned.image))}
            onChange={({ detail }) => change({ volume_gb: detail.value })}
          />
        </FormField>
      )}
      <Checkbox
        checked={wishes.data_gb !== undefined}
        onChange={({ detail }) => change({ data_gb: detail.checked ? "1" : undefined })}
        description={t("launch.data.hint")}
      >
        {t("launch.data")}
      </Checkbox>
      {wishes.data_gb !== undefined && (
        <FormField label={t("launch.data.size")} errorText={wrong.includes("data") && t("launch.data.low")}>
          <Input
            type="number"
            inputMode="numeric"
            value={wishes.data_gb}
            onChange={({ detail }) => change({ data_gb: detail.value })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function ImageChoice(props: { images: Image[]; chosen: Image | undefined; onChoose: (id: string) => void }) {
  const { images, chosen, onChoose } = props;
  const t = useT();
  const about = (image: Image) => `${image.disk_format} · ${bytes(image.size)}`;
  if (images.length <= mostTiles) {
    return (
      <Tiles
        ariaLabel={t("launch.image")}
        value={chosen?.id ?? null}
        onChange={({ detail }) => onChoose(detail.value)}
        items={images.map((image) => ({ value: image.id, label: image.name, description: about(image) }))}
      />
    );
  }
  const options = images.map((image) => ({ value: image.id, label: image.name, description: about(image) }));
  return (
    <Select
      ariaLabel={t("launch.image")}
      filteringType="auto"
      options={options}
      selectedOption={options.find((option) => option.value === chosen?.id) ?? null}
      onChange={({ detail }) => onChoose(detail.selectedOption.value ?? "")}
    />
  );
}
