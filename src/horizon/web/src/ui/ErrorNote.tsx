/** An error inside a page: what happened, in the service's words, and what to do next. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { describeError } from "../api/errors.ts";
import { useT } from "../i18n/i18n.ts";

export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const { title, message, advice, request_id } = describeError(error, t);
  return (
    <Alert type="error" header={title} action={onRetry && <Button onClick={onRetry}>{t("app.retry")}</Button>}>
      {message && <div>{message}</div>}
      <div>{advice}</div>
      {request_id && (
        <Box color="text-body-secondary" fontSize="body-s">
          {t("error.request", { id: request_id })}
        </Box>
      )}
    </Alert>
  );
}
