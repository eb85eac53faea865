/**
 * The dashboard in a real browser, over the MOCK cloud: what a person sees and does. Nothing is intercepted; failures are
 * asked for by well-known names (`fail-…`, `quota`). Needs `npm run build:web` and Debian's chromium.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeMockCloud } from "./mock-cloud.ts";
import * as person from "./pages.ts";
import { serveDashboard, webDir, type Served } from "./serve.ts";

const demo = { user: "demo", password: "secret" };
const clock = systemClock();
const pictures = mkdtempSync(join(tmpdir(), "cumulet-pictures-"));

let browser: Browser;
const opened: Served[] = [];

before(async () => {
  assert.ok(existsSync(join(webDir, "index.html")), "the pages are not built: run npm run build:web");
  browser = await person.openBrowser();
});

after(async () => {
  await browser?.close();
  await Promise.all(opened.map((served) => served.close()));
  rmSync(pictures, { recursive: true });
});

/** A new cloud and a new person before it. */
async function start(look: person.Look = {}) {
  const mock = makeMockCloud(clock, systemIds());
  const served = await serveDashboard(mock.upstream);
  opened.push(served);
  return { here: await person.visit(browser, served.url, look), world: mock.world };
}

/** Reads the count of shown steps until the trace is complete. */
async function watchTrace(here: person.Visit): Promise<number[]> {
  const seen: number[] = [];
  const panel = person.tracePanel(here);
  await panel.waitFor();
  await until(
    clock,
    async () => {
      // The state first: what is read after it is complete is the whole.
      const complete = (await panel.getAttribute("data-trace")) === "complete";
      const count = Number(/(\d+) (?:of|\/) \d+/.exec(await panel.innerText())?.[1]);
      if (Number.isInteger(count) && seen.at(-1) !== count) seen.push(count);
      return complete ? true : undefined;
    },
    { limit_ms: 30_000, period_ms: 20, what: "the whole trace" },
  );
  return seen;
}

const rising = (counts: number[]) => counts.every((count, at) => at === 0 || count > (counts[at - 1] ?? 0));

describe("a person in the dashboard", () => {
  test("logs in, launches with a volume, watches 29 steps, reads the console, deletes (English, light)", async () => {
    const { here, world } = await start();
    const { page, say } = here;
    await person.tryLogin(here, { user: "demo", password: "wrong" });
    await page.getByText(say("login.wrong"), { exact: true }).waitFor();
    await person.login(here, demo);
    await page.getByText(say("servers.empty")).waitFor();
    await person.fillLaunch(here, {
      name: "web-1",
      image: "cirros",
      boot_volume: true,
      floating: true,
      allow: true,
      new_keypair: "laptop",
    });
    await page.getByText(say("launch.keypair.saved", { file: "laptop.pem" })).waitFor();
    await person.picture(here, pictures, "launch", true);
    await person.submitLaunch(here);
    const counts = await watchTrace(here);
    assert.ok(rising(counts) && counts.length > 5, `steps came as ${counts.join(", ")}`);
    assert.equal(counts.at(-1), 29);
    await person.picture(here, pictures, "trace", true);
    const timeline = await person.readTimeline(here);
    assert.deepEqual(
      timeline.map((step) => step.step),
      Array.from({ length: 29 }, (_, at) => at + 1),
    );
    assert.ok(timeline.every((step) => step.state === "done" && /\d ms|\d s/.test(step.text)));
    await person.waitForStatus(here, "status.ACTIVE");
    await page.getByText("ssh cirros@172.24.4.31").waitFor();
    assert.deepEqual(
      world.rules.map((rule) => rule["protocol"]),
      ["tcp", "icmp"],
    );
    assert.match(await person.readConsole(here, "gocubsgo"), /=== datasource: ec2 net ===/);
    await page.getByRole("tab", { name: say("server.tab.events") }).click();
    await page.getByRole("cell", { name: /^req-/ }).waitFor();
    await person.deleteServer(here, "web-1");
    await page.getByText(say("servers.empty")).waitFor();
    await person.logout(here, "demo");
    assert.equal(world.tokens.size, 0, "tokens are left after logging out");
    assert.deepEqual(here.complaints, []);
  });

  test("the same in Chinese and dark, without volumes: steps 26 to 28 are skipped with the reason", async () => {
    const { here, world } = await start({ locale: "zh-CN", theme: "dark" });
    await person.login(here, demo);
    await person.launch(here, { name: "web-2", image: "cirros" });
    const counts = await watchTrace(here);
    assert.ok(rising(counts) && counts.at(-1) === 26, `steps came as ${counts.join(", ")}`);
    await person.picture(here, pictures, "trace-zh", true);
    const timeline = await person.readTimeline(here);
    assert.deepEqual(world.rules, [], "nothing is opened without being asked");
    const skipped = timeline.filter((step) => step.state === "skipped");
    assert.deepEqual(
      skipped.map((step) => step.step),
      [26, 27, 28],
    );
    assert.ok(skipped.every((step) => step.text.includes("这台云主机没有卷")));
    assert.match(timeline[28]?.text ?? "", /全部交给虚拟化层/);
    await person.readConsole(here, "gocubsgo");
    await person.deleteServer(here, "web-2");
    assert.deepEqual(here.complaints, []);
  });

  test("buttons follow the state: stop, start and reboot", async () => {
    const { here } = await start();
    const { page, say } = here;
    await person.login(here, demo);
    await person.launch(here, { name: "web-3", image: "cirros" });
    await person.waitForStatus(here, "status.ACTIVE");
    const button = (id: "server.start" | "server.stop") => page.getByRole("button", { name: say(id), exact: true });
    assert.equal(await button("server.start").isDisabled(), true);
    await button("server.stop").click();
    await person.waitForStatus(here, "status.SHUTOFF");
    assert.equal(await button("server.stop").isDisabled(), true);
    await button("server.start").click();
    await person.waitForStatus(here, "status.ACTIVE");
    await page.getByRole("button", { name: say("server.more") }).click();
    await page.getByRole("menuitem", { name: say("server.reboot_hard") }).click();
    await person.waitForStatus(here, "status.HARD_REBOOT");
    await person.waitForStatus(here, "status.ACTIVE");
    assert.deepEqual(here.complaints, []);
  });

  test("a server that finds no host says so, and the drawing shows where it stopped", async () => {
    const { here } = await start();
    const { page, say } = here;
    await person.login(here, demo);
    await person.launch(here, { name: "fail-1", image: "cirros" });
    await page.getByText("No valid host was found").waitFor();
    await person.waitForTrace(here);
    await page.getByText(say("trace.failed", { step: 11 })).waitFor();
    const timeline = await person.readTimeline(here);
    assert.equal(timeline[10]?.state, "error");
    assert.equal(timeline[28]?.state, "waiting");
  });

  test("a refusal is shown in the service's words, with what to do", async () => {
    const { here } = await start();
    const { page, say } = here;
    await person.login(here, demo);
    await person.fillLaunch(here, { name: "quota", image: "cirros" });
    await page.getByRole("button", { name: say("launch.submit"), exact: true }).click();
    await page.getByText("Quota exceeded for instances").waitFor();
    await page.getByText(say("error.quota.advice")).waitFor();
  });

  test("several servers are deleted at once, after asking", async () => {
    const { here, world } = await start();
    const { page, say } = here;
    await person.login(here, demo);
    for (const name of ["one", "two", "three"]) {
      await person.launch(here, { name, image: "cirros" });
      await person.goTo(here, "nav.servers");
    }
    for (const name of ["one", "three"])
      await page.getByRole("checkbox", { name: say("servers.select", { name }) }).check();
    await page.getByRole("button", { name: say("servers.delete"), exact: true }).click();
    await page
      .getByRole("dialog")
      .getByText(say("servers.delete.title.many", { count: 2 }))
      .waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: say("app.delete"), exact: true })
      .click();
    for (const name of ["one", "three"])
      await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached" });
    assert.deepEqual(
      [...world.servers.values()].map((server) => server.name),
      ["two"],
    );
  });

  test("when the token is no longer good one lands at the login, and comes back to the same page", async () => {
    const { here, world } = await start();
    const { page, say } = here;
    await person.login(here, demo);
    await person.goTo(here, "nav.flavors");
    await page.getByText("m1.tiny").waitFor();
    world.tokens.clear();
    await person.goTo(here, "nav.servers");
    await page.getByText(say("login.ended")).waitFor();
    await person.tryLogin(here, demo);
    await page.getByText(say("servers.empty")).waitFor();
    assert.match(page.url(), /\/servers$/);
  });

  test("language, colours and project are remembered", async () => {
    const { here } = await start();
    const { page } = here;
    await person.login(here, demo);
    await page.getByRole("button", { name: "Language: English" }).click();
    await page.getByRole("menuitemcheckbox", { name: "简体中文" }).click();
    await page.getByText("还没有云主机").waitFor();
    await page.getByRole("button", { name: /^颜色/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "深色" }).click();
    await page.getByRole("button", { name: /^项目: demo/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "research" }).click();
    await page.getByRole("button", { name: /^项目: research/ }).waitFor();
    await page.reload();
    await page.getByText("还没有云主机").waitFor();
    await page.getByRole("button", { name: /^项目: research/ }).waitFor();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.deepEqual(here.complaints, []);
  });
});
