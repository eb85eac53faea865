/** Shows the built pages over the MOCK cloud on a fixed port, for working on them: node tests/browser/dev.ts [port] */
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeMockCloud } from "./mock-cloud.ts";
import { serveDashboard } from "./serve.ts";

const { upstream } = makeMockCloud(systemClock(), systemIds());
const served = await serveDashboard(upstream, Number(process.argv[2] ?? 8080));
process.stdout.write(`${served.url}  demo / secret\n`);
