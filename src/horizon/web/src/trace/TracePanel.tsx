/** The centre of the server page: the 29 steps, live, with what they say about time. */
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { isGone, traceQuery } from "../api/queries.ts";
import type { Trace } from "../api/types.ts";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { duration } from "../ui/format.ts";
import { SequenceChart, type StepState } from "./SequenceChart.tsx";
import { isSkipped, steps } from "./steps.ts";
import { Timeline } from "./Timeline.tsx";
import { timing, type Timing } from "./timing.ts";
import { useReveal } from "./use-reveal.ts";
import "./trace.css";

export function TracePanel({ serverId }: { serverId: string }) {
  const t = useT();
  const { data, error, isPending } = useQuery(traceQuery(serverId));
  if (data) return <TraceView trace={data} />;
  if (isPending) return <StatusIndicator type="loading">{t("trace.waiting")}</StatusIndicator>;
  if (isGone(error)) return <p className="panel quiet">{t("trace.none")}</p>;
  return <ErrorNote error={error} />;
}

/** How many steps this server has. */
const expected = (trace: Trace) => steps.filter(({ step }) => !isSkipped(trace, step)).length;

type View = "sequence" | "timeline";

function TraceView({ trace }: { trace: Trace }) {
  const t = useT();
  const [view, setView] = useState<View>("sequence");
  const finishedAtFirst = useRef(trace.state === "complete");
  const ordered = trace.steps.toSorted((a, b) => a.step - b.step);
  const reveal = useReveal(ordered.length, finishedAtFirst.current);
  const shown = new Set(ordered.slice(0, reveal.shown).map((step) => step.step));
  const whole = trace.state === "complete" && reveal.shown === ordered.length;
  const last = ordered[reveal.shown - 1]?.step;
  const current = whole ? undefined : steps.find((step) => step.step === last);
  const times = timing({ steps: ordered });
  const stateOf = (step: number): StepState => {
    if (!shown.has(step)) return isSkipped(trace, step) ? "skipped" : "waiting";
    if (times.byStep.get(step)?.status === "error") return "error";
    return current?.step === step ? "current" : "done";
  };
  return (
    <section className="trace" aria-label={t("trace.title")} data-trace={whole ? "complete" : "running"}>
      <div className="trace-head">
        <Figures
          trace={trace}
          times={timing({ steps: ordered.slice(0, reveal.shown) })}
          shown={reveal.shown}
          state={whole ? "complete" : reveal.replaying ? "replaying" : "running"}
        />
        <div className="trace-tools">
          {trace.state === "complete" && (
            <Button
              iconName={reveal.replaying ? "close" : "refresh"}
              onClick={reveal.replaying ? reveal.stop : reveal.replay}
            >
              {reveal.replaying ? t("trace.stop") : t("trace.replay")}
            </Button>
          )}
          <SegmentedControl
            label={t("trace.view")}
            selectedId={view}
            onChange={({ detail }) => setView(detail.selectedId === "timeline" ? "timeline" : "sequence")}
            options={[
              { id: "sequence", text: t("trace.sequence") },
              { id: "timeline", text: t("trace.timeline") },
            ]}
          />
        </div>
      </div>
      <Shares times={times} whole={whole} progress={reveal.shown / expected(trace)} />
      <p className="visually-hidden" aria-live="polite">
        {current && `${current.step}: ${t(current.sentence)}`}
      </p>
      {view === "sequence" ? (
        <SequenceChart
          timing={times}
          stateOf={stateOf}
          current={current}
          following={!finishedAtFirst.current || reveal.replaying}
        />
      ) : (
        <Timeline timing={times} stateOf={stateOf} />
      )}
    </section>
  );
}

interface FiguresProps {
  trace: Trace;
  times: Timing;
  shown: number;
  state: "running" | "replaying" | "complete";
}

function Figures({ trace, times, shown, state }: FiguresProps) {
  const t = useT();
  const all = expected(trace);
  const slowest = times.slowest && steps.find((step) => step.step === times.slowest?.step);
  return (
    <dl className="figures">
      <div>
        <dt>{times.failed ? t("trace.total.failed") : t("trace.total")}</dt>
        <dd className="figure-big">{duration(times.total_ms)}</dd>
      </div>
      <div>
        <dt>{t("trace.steps")}</dt>
        <dd className="figure-big">{t("trace.steps.of", { done: shown, all })}</dd>
      </div>
      <div className="figure-wide">
        <dt>{t("trace.slowest")}</dt>
        <dd>
          {slowest && times.slowest && (
            <>
              <span className={`phase-${slowest.phase}`}>
                <span className="mini-badge">{slowest.step}</span> {t(slowest.sentence)}
              </span>
              <b>{duration(times.slowest.duration_ms)}</b>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>{t("list.status")}</dt>
        <dd>
          {times.failed ? (
            <StatusIndicator type="error">{t("trace.failed", { step: times.failed.step })}</StatusIndicator>
          ) : (
            <StatusIndicator type={state === "complete" ? "success" : "in-progress"}>
              {t(`trace.${state}`)}
            </StatusIndicator>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** How far it is; in the end one bar for the whole time, divided by phase. */
function Shares({ times, whole, progress }: { times: Timing; whole: boolean; progress: number }) {
  const t = useT();
  if (!whole || times.total_ms === 0) {
    return (
      <div className="shares">
        <div className="shares-bar">
          <span className="share-progress" style={{ width: `${progress * 100}%` }} />
        </div>
      </div>
    );
  }
  return (
    <figure className="shares" aria-label={t("trace.share")}>
      <div className="shares-bar">
        {times.shares.map(({ phase, duration_ms }) => (
          <span
            key={phase}
            className={`share phase-${phase}`}
            style={{ flexGrow: duration_ms }}
            title={duration(duration_ms)}
          />
        ))}
      </div>
      <figcaption>
        {times.shares.map(({ phase, duration_ms }) => (
          <span key={phase} className={`share-name phase-${phase}`}>
            <i /> {phase === "between" ? t("trace.between") : t(`phase.${phase}`)} <b>{duration(duration_ms)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
