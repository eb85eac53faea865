/** How much of its quotas the project uses: what a launch is refused for when it is full. */
import { useQuery } from "@tanstack/react-query";
import { computeLimitsQuery, volumeLimitsQuery } from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { useSession } from "../session.ts";
import { memory } from "./format.ts";

interface Meter {
  label: `usage.${"servers" | "vcpus" | "memory" | "volumes" | "storage"}`;
  used: number | undefined;
  /** -1 is no limit. */
  max: number | undefined;
  show?: (value: number) => string;
}

export function Usage() {
  const t = useT();
  const { project } = useSession();
  const compute = useQuery(computeLimitsQuery).data ?? {};
  const volume = useQuery(volumeLimitsQuery(project.id)).data ?? {};
  const meters: Meter[] = [
    { label: "usage.servers", used: compute["totalInstancesUsed"], max: compute["maxTotalInstances"] },
    { label: "usage.vcpus", used: compute["totalCoresUsed"], max: compute["maxTotalCores"] },
    { label: "usage.memory", used: compute["totalRAMUsed"], max: compute["maxTotalRAMSize"], show: memory },
    { label: "usage.volumes", used: volume["totalVolumesUsed"], max: volume["maxTotalVolumes"] },
    {
      label: "usage.storage",
      used: volume["totalGigabytesUsed"],
      max: volume["maxTotalVolumeGigabytes"],
      show: (value) => `${value} GB`,
    },
  ];
  return (
    <section className="panel usage" aria-label={t("usage.title")}>
      {meters.map((meter) => (
        <MeterView key={meter.label} {...meter} />
      ))}
    </section>
  );
}

function MeterView({ label, used = 0, max = -1, show = String }: Meter) {
  const t = useT();
  const share = max > 0 ? Math.min(1, used / max) : 0;
  const tone = share >= 1 ? "full" : share >= 0.8 ? "high" : "";
  const text =
    max < 0 ? t("usage.unlimited", { used: show(used) }) : t("usage.of", { used: show(used), max: show(max) });
  return (
    <div className={`meter ${tone}`}>
      <div className="meter-words">
        <span>{t(label)}</span> <b>{text}</b>
      </div>
      <div className="meter-bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
