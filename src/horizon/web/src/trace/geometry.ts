/** Where things stand in the drawing. One unit is one CSS pixel at full width. Pure, so that it can be tested. */
import { lanes, phases, steps, type Lane, type Phase, type Step } from "./steps.ts";

export const chart = {
  width: 1120,
  row: 32,
  top: 14,
  gutter: 30,
  badge: 9.5,
  get height() {
    return this.top + steps.length * this.row + 12;
  },
};

const firstLane = 78;
const lastLane = chart.width - 46;

export function laneX(lane: Lane): number {
  return firstLane + (lanes.indexOf(lane) * (lastLane - firstLane)) / (lanes.length - 1);
}

/** The arrow's height; the sentence stands above it. */
export function rowY(index: number): number {
  return chart.top + index * chart.row + 22;
}

/** Widths of Latin and Chinese letters differ; an estimate is enough to keep the text inside the drawing. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += letter > "\u2e80" ? 12.2 : 6.3;
  return width;
}

export interface Label {
  x: number;
  anchor: "start" | "end" | "middle";
}

/** Above the arrow; when it is longer than the arrow, from the badge on, past the arrow's point; else behind it. */
export function labelPlace({ from, to }: Step, text: string): Label {
  const [start, end] = [laneX(from), laneX(to)];
  const width = textWidth(text);
  if (width <= Math.abs(end - start) - 2 * chart.badge) return { x: (start + end) / 2, anchor: "middle" };
  const beside = chart.badge + 6;
  const rightwards: Label = { x: Math.min(start, end) + beside, anchor: "start" };
  const leftwards: Label = { x: Math.max(start, end) - beside, anchor: "end" };
  const fitsRight = rightwards.x + width <= chart.width - 6;
  const fitsLeft = leftwards.x - width >= chart.gutter + 8;
  if (end > start) return fitsRight ? rightwards : leftwards;
  return fitsLeft ? leftwards : { x: start + beside, anchor: "start" };
}

export interface Band {
  phase: Phase;
  y: number;
  height: number;
}

export const bands: readonly Band[] = phases.map((phase) => {
  const rows = steps.flatMap((step, index) => (step.phase === phase ? [index] : []));
  return { phase, y: chart.top + (rows[0] ?? 0) * chart.row, height: rows.length * chart.row };
});
