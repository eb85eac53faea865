/** Sends spans to the collector in small batches, so that recording a step costs the step nothing. */
import type { Bus } from "../bus/bus.ts";
import type { MessageSpec } from "#contracts/kit/message.ts";
import type { Clock } from "../clock/clock.ts";
import type { SpanRecord, SpanSink } from "./trace.ts";

const batch_ms = 25;
/** Beyond this, the oldest are dropped: a trace is worth less than the work it tells of. */
const held_max = 5_000;

export interface BusSink {
  sink: SpanSink;
  stop(): Promise<void>;
}

export function busSink(options: { bus: Bus; clock: Clock; address: string; message: MessageSpec }): BusSink {
  let held: SpanRecord[] = [];
  let flushing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    if (held.length === 0) return;
    const spans = held;
    held = [];
    flushing = options.bus.cast(options.address, options.message, { spans }).catch(() => undefined);
  };
  const cancel = options.clock.every(batch_ms, flush);
  return {
    sink(span) {
      held.push(span);
      if (held.length > held_max) held.shift();
    },
    async stop() {
      cancel();
      flush();
      await flushing;
    },
  };
}
