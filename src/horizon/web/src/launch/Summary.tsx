/** What will be made, always in sight, and the same as one command. */
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { useT } from "../i18n/i18n.ts";
import { memory } from "../ui/format.ts";
import { commandLine, type Plan, type Wishes } from "./choices.ts";

export function Summary({ plan, wishes }: { plan: Plan; wishes: Wishes }) {
  const t = useT();
  const { flavor, volume_gb, data_gb } = plan;
  const command = commandLine(plan, wishes);
  const size =
    flavor && t("server.flavor_size", { vcpus: flavor.vcpus, ram: memory(flavor.ram), disk: `${flavor.disk} GB` });
  const localDisk = flavor && t("launch.summary.disk.local", { size: flavor.disk });
  const rows: [string, React.ReactNode][] = [
    [t("launch.image"), plan.image?.name],
    [
      t("launch.flavor"),
      flavor && (
        <>
          {flavor.name}
          <span className="quiet"> {size}</span>
        </>
      ),
    ],
    [
      t("launch.summary.disk"),
      <>
        {volume_gb === undefined ? (localDisk ?? "–") : t("launch.summary.disk.volume", { size: volume_gb })}
        {data_gb !== undefined && <div>+ {t("launch.summary.disk.volume", { size: data_gb })}</div>}
      </>,
    ],
    [t("launch.network"), plan.network?.name],
    [t("launch.keypair"), plan.key_name],
    [
      t("launch.summary.steps"),
      volume_gb === undefined && data_gb === undefined ? t("launch.summary.steps.some") : t("launch.summary.steps.all"),
    ],
  ];
  return (
    <section className="panel summary" aria-label={t("launch.summary")}>
      <h2>{plan.name || t("launch.summary")}</h2>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value ?? "–"}</dd>
          </div>
        ))}
      </dl>
      <div className="summary-command">
        <div className="summary-command-head">
          <span className="quiet">{t("launch.summary.command")}</span>
          <CopyToClipboard
            variant="icon"
            textToCopy={command}
            copyButtonAriaLabel={t("app.copy")}
            copySuccessText={t("app.copied")}
            copyErrorText={t("app.copy_failed")}
          />
        </div>
        <pre>{command}</pre>
      </div>
    </section>
  );
}
