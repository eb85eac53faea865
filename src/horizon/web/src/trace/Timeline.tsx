/** The flow as a list: when each step began after the click, and how long it took. */
import { useT } from "../i18n/i18n.ts";
import { duration } from "../ui/format.ts";
import type { StepState } from "./SequenceChart.tsx";
import { steps } from "./steps.ts";
import type { TimedStep, Timing } from "./timing.ts";
import "./timeline.css";

export function Timeline({ timing, stateOf }: { timing: Timing; stateOf: (step: number) => StepState }) {
  const t = useT();
  return (
    <table className="timeline" aria-label={t("trace.timeline")}>
      <thead>
        <tr>
          <th scope="col" colSpan={2}>
            {t("trace.step")}
          </th>
          <th scope="col" className="number">
            {t("trace.start")}
          </th>
          <th scope="col" className="timeline-wide" aria-hidden="true" />
          <th scope="col" className="number">
            {t("trace.duration")}
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => {
          const state = stateOf(step.step);
          const timed = state === "waiting" ? undefined : timing.byStep.get(step.step);
          return (
            <tr key={step.step} className={`phase-${step.phase} ${state}`} data-step={step.step} data-state={state}>
              <td className="timeline-number">
                <span>{step.step}</span>
              </td>
              <td>
                <div className="timeline-what">
                  <span className="timeline-who">
                    {t(`lane.${step.from}`)} <span aria-hidden="true">→</span> {t(`lane.${step.to}`)}
                  </span>
                  <span className="timeline-text">
                    {state === "skipped" ? t("trace.skipped") : t(step.sentence)}
                    {timed?.detail && <em> {timed.detail}</em>}
                  </span>
                </div>
              </td>
              <td className="number">
                {timed &&
                  (timed.at_ms < 0 ? t("trace.before") : timed.at_ms < 0.05 ? "0" : `+${duration(timed.at_ms)}`)}
              </td>
              <td className="timeline-wide">{timed && <Bar step={timed} total_ms={timing.total_ms} />}</td>
              <td className="number strong">{timed && duration(timed.duration_ms)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Bar({ step, total_ms }: { step: TimedStep; total_ms: number }) {
  if (step.at_ms < 0 || total_ms === 0) return null;
  const share = (value: number) => `${Math.min(100, (value / total_ms) * 100)}%`;
  return (
    <span className="bar-track">
      <span className="bar" style={{ left: share(step.at_ms), width: share(step.duration_ms) }} />
    </span>
  );
}
