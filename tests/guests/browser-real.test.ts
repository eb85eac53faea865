/**
 * By clicks to a guest that really runs: a person launches a server with a new key pair, a floating IP and ssh allowed,
 * watches all its steps, reads its console, and logs in with the key that the browser downloaded. Needs root.
 */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import * as person from "#tests/browser/pages.ts";
import { askTrace, assertWholeTimeline, assertWholeTrace } from "#tests/browser/whole-trace.ts";
import { browserBeside, demoOf } from "./real-cloud-browser.ts";
import { makeRealCloud, type RealCloud } from "./real-cloud.ts";

/** A guest without hardware virtualisation, on a busy machine. */
const boot_ms = 60_000;

let cloud: RealCloud;

before(async () => {
  cloud = await makeRealCloud("browser");
  await cloud.up();
});
after(() => cloud?.end());

test("a person launches a real server by clicks, and logs in to it", async () => {
  const browser = await browserBeside(cloud);
  try {
    const here = await person.visit(browser, cloud.url);
    await person.login(here, await demoOf(cloud));
    const key = join(cloud.state_dir, "laptop.pem");
    await person.fillLaunch(here, {
      name: "real-1",
      boot_volume: true,
      floating: true,
      allow: true,
      new_keypair: "laptop",
      key_file: key,
    });
    const id = await person.submitLaunch(here);
    await person.waitForStatus(here, "status.ACTIVE", boot_ms);
    await person.waitForTrace(here);
    assertWholeTrace(await askTrace(here, id), { volumes: true });
    assertWholeTimeline(await person.readTimeline(here), here, { volumes: true });
    const command = await here.page.getByText(/^ssh cumulet@172\.24\.4\.\d+$/).innerText();
    assert.match(await person.readConsole(here, "real-1 login:", boot_ms), /Linux version|cumulet/);
    assert.equal(await sshIn(command, key), "real-1");
    await person.deleteServer(here, "real-1");
    assert.deepEqual(here.complaints, []);
  } finally {
    await browser.close();
  }
});

/** As the page says, with the downloaded key; returns the name by which the guest knows itself. */
async function sshIn(command: string, key: string): Promise<string> {
  chmodSync(key, 0o600);
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "ConnectTimeout=5",
    "LogLevel=ERROR",
  ];
  const argv = [
    ...command.split(" "),
    "-F",
    "none",
    "-i",
    key,
    ...options.flatMap((option) => ["-o", option]),
    "hostname",
  ];
  let refusal: unknown;
  const enter = () => cloud.run(argv).catch((error: unknown) => void (refusal = error));
  const waiting = until(systemClock(), enter, { limit_ms: boot_ms, period_ms: 500, what: "ssh to the guest" });
  const entered = await waiting.catch((error: unknown) => {
    throw new Error(`no way in with ${command}`, { cause: refusal ?? error });
  });
  return entered.stdout.trim();
}
