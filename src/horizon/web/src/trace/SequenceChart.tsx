/** The flow as a drawing: a lane for each part of the cloud, an arrow for each step. */
import { useEffect, useRef } from "react";
import { useT } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { duration } from "../ui/format.ts";
import { bands, chart, labelPlace, laneX, rowY } from "./geometry.ts";
import { LaneIcon } from "./LaneIcon.tsx";
import { lanes, steps, type Step } from "./steps.ts";
import type { TimedStep, Timing } from "./timing.ts";
import "./sequence.css";

export type StepState = "waiting" | "done" | "current" | "error" | "skipped";

export interface ChartProps {
  timing: Timing;
  stateOf: (step: number) => StepState;
  current: Step | undefined;
  /** Keep the current step in sight. */
  following: boolean;
}

export function SequenceChart({ timing, stateOf, current, following }: ChartProps) {
  const t = useT();
  return (
    <div className="sequence" role="group" aria-label={t("trace.chart")}>
      <LaneHeads current={current} />
      <Follow current={following ? current : undefined} />
      <svg className="sequence-body" viewBox={`0 0 ${chart.width} ${chart.height}`} aria-hidden="true">
        <Bands />
        {lanes.map((lane) => (
          <line key={lane} className="lane-line" x1={laneX(lane)} x2={laneX(lane)} y1={0} y2={chart.height} />
        ))}
        {steps.map((step, index) => (
          <Arrow
            key={step.step}
            step={step}
            index={index}
            state={stateOf(step.step)}
            timed={timing.byStep.get(step.step)}
          />
        ))}
      </svg>
    </div>
  );
}

function LaneHeads({ current }: Pick<ChartProps, "current">) {
  const t = useT();
  return (
    <div className="lane-heads" aria-hidden="true">
      {lanes.map((lane) => {
        const busy = current?.from === lane || current?.to === lane;
        return (
          <div
            key={lane}
            className={busy ? "lane-head busy" : "lane-head"}
            style={{ left: `${(laneX(lane) / chart.width) * 100}%` }}
          >
            <LaneIcon lane={lane} />
            <span>{t(`lane.${lane}`)}</span>
          </div>
        );
      })}
    </div>
  );
}

/** An unseen mark beside the current step that the window follows, until the reader scrolls for themselves. */
function Follow({ current }: Pick<ChartProps, "current">) {
  const mark = useRef<HTMLElement>(null);
  const left = useRef(false);
  useEffect(() => {
    const leave = () => {
      left.current = true;
    };
    const signs = ["wheel", "touchmove", "keydown"];
    for (const sign of signs) window.addEventListener(sign, leave, { passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, leave);
    };
  }, []);
  useEffect(() => {
    if (current && !left.current) mark.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [current]);
  const share = current ? rowY(steps.indexOf(current)) / chart.height : 0;
  return (
    <div className="follow" aria-hidden="true">
      <i ref={mark} style={{ top: `${share * 100}%` }} />
    </div>
  );
}

function Bands() {
  const t = useT();
  // Chinese stands upright when it is written downwards; Latin letters lie.
  const upright = useLanguage().locale === "zh-CN";
  const turn = upright ? "" : " rotate(-90)";
  return bands.map(({ phase, y, height }) => (
    <g key={phase} className={`phase-${phase}`}>
      <rect className="band" x={0} y={y} width={chart.width} height={height} />
      <rect className="band-mark" x={0} y={y + 2} width={4} height={height - 4} rx={2} />
      <text
        className={upright ? "band-name upright" : "band-name"}
        transform={`translate(18 ${y + height / 2})${turn}`}
        textAnchor="middle"
        dominantBaseline="central"
      >
        {height > 40 || t(`phase.${phase}`).length <= 5 ? t(`phase.${phase}`) : ""}
      </text>
    </g>
  ));
}

function Arrow(props: { step: Step; index: number; state: StepState; timed: TimedStep | undefined }) {
  const { step, index, state, timed } = props;
  const t = useT();
  const y = rowY(index);
  const [from, to] = [laneX(step.from), laneX(step.to)];
  const way = Math.sign(to - from);
  const tip = to - way * 3;
  const sentence = state === "skipped" ? t("trace.skipped") : t(step.sentence);
  const time = timed && state !== "waiting" ? duration(timed.duration_ms) : "";
  const label = labelPlace(step, time ? `${sentence}  ${time}` : sentence);
  return (
    <g className={`arrow phase-${step.phase} ${state}${step.answer ? " answer" : ""}`}>
      <line className="arrow-ghost" x1={from} x2={tip} y1={y} y2={y} />
      <line className="arrow-line" x1={from} x2={tip} y1={y} y2={y} pathLength={1} />
      <path className="arrow-tip" d={`M${tip} ${y} l${-way * 8} -4.5 v9 z`} />
      <circle className="arrow-badge" cx={from} cy={y} r={chart.badge} />
      <text className="arrow-number" x={from} y={y} textAnchor="middle" dominantBaseline="central">
        {step.step}
      </text>
      <text className="arrow-label" x={label.x} y={y - 8} textAnchor={label.anchor}>
        {sentence}
        {time && (
          <tspan className="arrow-time" dx="6">
            {time}
          </tspan>
        )}
      </text>
    </g>
  );
}
