/** What the guest writes to its first serial port. Shown as text, without the terminal's control codes. */
import Button from "@cloudscape-design/components/button";
import Toggle from "@cloudscape-design/components/toggle";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { consoleQuery } from "../api/queries.ts";
import type { Server } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { plainTerminal } from "./plain-terminal.ts";

const lines = 400;

export function ConsoleLog({ server }: { server: Server }) {
  const t = useT();
  const [follow, setFollow] = useState(true);
  const live = server.status === "ACTIVE" || server.status === "BUILD";
  const { data, error, refetch, isFetching } = useQuery(consoleQuery(server.id, lines, live));
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [data, follow]);
  const text = plainTerminal(data ?? "");
  // A guest that is still being built has no console; the service says 409 or 404, which is no news.
  const early = server.status === "BUILD" || data !== undefined;
  return (
    <section className="panel">
      <div className="console-tools">
        <span className="quiet">{t("console.lines", { count: lines })}</span>
        <span className="top-space" />
        <Toggle checked={follow} onChange={({ detail }) => setFollow(detail.checked)}>
          {t("console.follow")}
        </Toggle>
        <Button
          iconName="refresh"
          ariaLabel={t("console.refresh")}
          loading={isFetching && !live}
          onClick={() => void refetch()}
        />
      </div>
      {error && !early && <ErrorNote error={error} onRetry={() => void refetch()} />}
      <pre className="console" role="log" aria-live="off" ref={box} tabIndex={0} aria-label={t("console.title")}>
        {text || <span className="console-empty">{t("console.empty")}</span>}
      </pre>
    </section>
  );
}
