/** A server's state in words and colour, with what is going on. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Server } from "../api/types.ts";
import { en, type MessageId } from "../i18n/en.ts";
import { useT } from "../i18n/i18n.ts";

const looks: Record<string, StatusIndicatorProps.Type> = {
  ACTIVE: "success",
  BUILD: "in-progress",
  REBOOT: "in-progress",
  HARD_REBOOT: "in-progress",
  RESIZE: "in-progress",
  ERROR: "error",
  VERIFY_RESIZE: "warning",
  RESCUE: "warning",
};

type KnownId<Prefix extends string> = Extract<MessageId, `${Prefix}.${string}`>;
const isStatus = (id: string): id is KnownId<"status"> => id in en;
const isTask = (id: string): id is KnownId<"task"> => id in en;

export function ServerStatus({ server }: { server: Server }) {
  const t = useT();
  const task = server["OS-EXT-STS:task_state"];
  const statusId = `status.${server.status}`;
  const taskId = `task.${task}`;
  const look = task && server.status !== "ERROR" ? "in-progress" : (looks[server.status] ?? "stopped");
  return (
    <StatusIndicator type={look}>
      {isStatus(statusId) ? t(statusId) : server.status}
      {task && isTask(taskId) && <span className="task"> · {t(taskId)}</span>}
    </StatusIndicator>
  );
}
