/** A reporter of node:test that writes one line of JSON: the counts of the whole run. Used beside the readable one. */

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface TestEvent {
  type: string;
  data: {
    file?: string;
    counts?: { passed: number; failed: number; cancelled: number; skipped: number; todo: number };
  };
}

/** The summary of the run is the one that names no file. */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter module's default export
export default async function* countReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== "test:summary" || data.file !== undefined || !data.counts) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield `${JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo } satisfies Counts)}\n`;
  }
}
