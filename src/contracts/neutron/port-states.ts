/** What a port's status may become, and through what. */
import { defineStates } from "../kit/states.ts";

export type PortStatus = "DOWN" | "BUILD" | "ACTIVE" | "ERROR" | "N/A";

const any = ["DOWN", "BUILD", "ACTIVE", "ERROR"] as const;

/** `bind` names a host (new or another); the `report_…` actions are the agent's words of a plan that it applied. */
export const portStates = defineStates<
  PortStatus,
  "bind" | "unbind" | "report_active" | "report_down" | "report_error"
>({
  states: ["DOWN", "BUILD", "ACTIVE", "ERROR", "N/A"],
  actions: {
    bind: { from: [...any, "N/A"], to: "DOWN" },
    unbind: { from: [...any, "N/A"], to: "DOWN" },
    report_active: { from: any, to: "ACTIVE" },
    report_down: { from: any, to: "DOWN" },
    report_error: { from: any, to: "ERROR" },
  },
});
