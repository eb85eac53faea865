/** Pages for when there is no page. */
import Box from "@cloudscape-design/components/box";
import { Link } from "@tanstack/react-router";
import { useT } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { ErrorNote } from "./ErrorNote.tsx";

export function MissingPage() {
  const t = useT();
  return (
    <div className="full-page">
      <Box variant="h1">{t("app.not_found")}</Box>
      <Link to={paths.servers}>{t("app.back_to_servers")}</Link>
    </div>
  );
}

export function CrashPage({ error }: { error: unknown }) {
  return (
    <div className="full-page">
      <ErrorNote error={error} onRetry={() => window.location.reload()} />
    </div>
  );
}
