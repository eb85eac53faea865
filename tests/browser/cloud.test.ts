/**
 * The dashboard in a real browser over the real services, with simulated hosts: what a person clicks, and what the cloud
 * then has. Each language once. Needs Debian's chromium.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser, Locator } from "playwright-core";
import { ensureDashboard } from "#cloud/dashboard-build.ts";
import { client, type Client } from "#tests/support/client.ts";
import { eventually, startTestCloud, type TestCloud } from "#tests/support/cloud.ts";
import * as person from "./pages.ts";
import { askTrace, assertWholeTimeline, assertWholeTrace } from "./whole-trace.ts";

let cloud: TestCloud;
let api: Client;
let browser: Browser;
let demo: person.Credentials;

before(async () => {
  await ensureDashboard(() => undefined);
  cloud = await startTestCloud();
  api = await client(cloud.url, cloud.state_dir);
  const secrets = JSON.parse(readFileSync(join(cloud.state_dir, "secrets.json"), "utf8")) as { demo_password: string };
  demo = { user: "demo", password: secrets.demo_password };
  browser = await person.openBrowser();
});

/** What the person saw last, where a test has failed. */
afterEach(async (context) => {
  const pages = browser.contexts().flatMap((one) => one.pages());
  if (!context.passed)
    await Promise.all(pages.map((page, at) => page.screenshot({ path: join(tmpdir(), `cumulet-failed-${at}.png`) })));
  await Promise.all(pages.map((page) => page.context().close()));
});

after(async () => {
  await browser?.close();
  await cloud?.stop();
});

const image = "cumulet";

describe("a person in the dashboard of a cloud", () => {
  test("launches from a volume and watches all 29 steps; stops, starts, reboots, deletes (English, light)", async () => {
    const here = await person.visit(browser, cloud.url);
    const { page, say } = here;
    await person.tryLogin(here, { user: "demo", password: "wrong" });
    await page.getByText(say("login.wrong"), { exact: true }).waitFor();
    await person.login(here, demo);
    await page.getByText(say("servers.empty"), { exact: true }).waitFor();
    await person.fillLaunch(here, {
      name: "web-1",
      image,
      boot_volume: true,
      volume_gb: 2,
      floating: true,
      allow: true,
      new_keypair: "laptop",
      user_data: "#cloud-config\n",
    });
    const id = await person.submitLaunch(here);
    await person.waitForTrace(here);
    assertWholeTrace(await askTrace(here, id), { volumes: true });
    assertWholeTimeline(await person.readTimeline(here), here, { volumes: true });
    await person.waitForStatus(here, "status.ACTIVE");
    // The floating address comes a moment after the guest: until then the fixed one is shown.
    const command = await page.getByText(/^ssh cumulet@172\.24\.4\.\d+$/).innerText();
    const { body } = await api.ask("GET", "compute", `/v2.1/servers/${id}`);
    const floating = body.server.addresses.private.find((one: { addr: string }) => command.endsWith(`@${one.addr}`));
    assert.equal(floating?.["OS-EXT-IPS:type"], "floating", command);
    assert.equal(body.server.key_name, "laptop");
    assert.equal(body.server.image, "");
    await seeOpenPorts();
    assert.match(await person.readConsole(here, "web-1"), /simulated/i);
    await changeStates(here, id);
    await person.deleteServer(here, "web-1");
    await page.getByText(say("servers.empty"), { exact: true }).waitFor();
    await person.logout(here, "demo");
    assert.deepEqual(here.complaints, []);
  });

  test("the same in Chinese and dark, without volumes: steps 26 to 28 are skipped, and said to be", async () => {
    const here = await person.visit(browser, cloud.url, { locale: "zh-CN", theme: "dark" });
    await person.login(here, demo);
    const id = await person.launch(here, { name: "web-2", image });
    await person.waitForTrace(here);
    assertWholeTrace(await askTrace(here, id), { volumes: false });
    assertWholeTimeline(await person.readTimeline(here), here, { volumes: false });
    await person.waitForStatus(here, "status.ACTIVE");
    assert.match(await person.readConsole(here, "web-2"), /simulated/i);
    await changeStates(here, id);
    await person.deleteServer(here, "web-2");
    await person.logout(here, "demo");
    assert.deepEqual(here.complaints, []);
  });

  test("adds a data volume, and clears up through the lists: address, server, volume, key pair", async () => {
    const here = await person.visit(browser, cloud.url);
    const { page, say } = here;
    await person.login(here, demo);
    const id = await person.launch(here, { name: "web-3", image, data_gb: 3, floating: true, new_keypair: "spare" });
    await person.waitForTrace(here);
    assertWholeTrace(await askTrace(here, id), { volumes: true });
    const address = (await page.getByText(/^ssh cumulet@172\./).innerText()).split("@")[1] ?? "";
    await page.getByText("ssh cumulet").waitFor();
    await person.goTo(here, "nav.floatingips");
    await page.getByRole("button", { name: `${say("floating.detach")}: ${address}` }).click();
    await page.getByRole("row", { name: address }).getByText("DOWN").waitFor();
    await person.deleteOne(here, address);
    await person.goTo(here, "nav.servers");
    // The volume of the first server is still there: it outlives servers.
    const quotas = page.getByRole("region", { name: say("usage.title") });
    await quotas.getByText(say("usage.of", { used: "5 GB", max: "1000 GB" })).waitFor();
    await page.getByRole("link", { name: "web-3", exact: true }).click();
    const [volume] = (await api.volumes()).filter((one) => one.attachments.some(({ server_id }) => server_id === id));
    await person.deleteServer(here, "web-3");
    await person.goTo(here, "nav.volumes");
    await person.deleteOne(here, volume?.id.slice(0, 8) ?? "");
    await person.goTo(here, "nav.keypairs");
    await person.deleteOne(here, "spare");
    assert.deepEqual(
      (await api.ask("GET", "network", "/v2.0/floatingips")).body.floatingips.map(
        (ip: { port_id: unknown }) => ip.port_id,
      ),
      [null],
    );
    assert.deepEqual(here.complaints, []);
  });
});

/** The two rules that a tick in the form asked for. */
async function seeOpenPorts(): Promise<void> {
  const { body } = await api.ask(
    "GET",
    "network",
    "/v2.0/security-group-rules?direction=ingress&remote_ip_prefix=0.0.0.0/0",
  );
  const protocols = body.security_group_rules.map((rule: { protocol: string }) => rule.protocol);
  assert.deepEqual(protocols.toSorted(), ["icmp", "tcp"]);
}

/** Buttons follow the state: stop, start, reboot softly and hard. The events then name all of them as done. */
async function changeStates(here: person.Visit, id: string): Promise<void> {
  const { page, say } = here;
  const button = (name: "server.start" | "server.stop") => page.getByRole("button", { name: say(name), exact: true });
  assert.equal(await button("server.start").isDisabled(), true);
  await button("server.stop").click();
  await person.waitForStatus(here, "status.SHUTOFF");
  assert.equal(await button("server.stop").isDisabled(), true);
  await button("server.start").click();
  await person.waitForStatus(here, "status.ACTIVE");
  for (const kind of ["server.reboot_soft", "server.reboot_hard"] as const) {
    const item = await eventually(`${kind} to be possible`, () => openAction(here, kind));
    await item.click();
    await eventually(`${kind} to be sent`, async () => (await actionsOf(id)).at(kind === "server.reboot_soft" ? 3 : 4));
  }
  await eventually("the last reboot to be over", async () => {
    const { server } = (await api.ask("GET", "compute", `/v2.1/servers/${id}`)).body;
    return server.status === "ACTIVE" && server["OS-EXT-STS:task_state"] === null ? true : undefined;
  });
  assert.deepEqual(await actionsOf(id), ["create", "stop", "start", "reboot", "reboot"]);
  await page.getByRole("tab", { name: say("server.tab.events") }).click();
  for (const [action, count] of Object.entries({ create: 1, stop: 1, start: 1, reboot: 2 })) {
    const shown = page.getByRole("rowheader", { name: action, exact: true });
    await eventually(`${action} to be among the events`, async () =>
      (await shown.count()) === count ? true : undefined,
    );
  }
  const done = page.getByText(say("events.ok"), { exact: true });
  await eventually("all events to be done", async () => ((await done.count()) === 5 ? true : undefined));
}

/** Opens the menu; its entry, when the server's state allows it. */
async function openAction(
  { page, say }: person.Visit,
  action: "server.reboot_soft" | "server.reboot_hard",
): Promise<Locator | undefined> {
  await page.getByRole("button", { name: say("server.more") }).click();
  const item = page.getByRole("menuitem", { name: say(action) });
  if ((await item.getAttribute("aria-disabled")) !== "true") return item;
  await page.keyboard.press("Escape");
  return undefined;
}

/** What was done to the server, oldest first; only what did not fail. */
async function actionsOf(id: string): Promise<string[]> {
  const { body } = await api.ask("GET", "compute", `/v2.1/servers/${id}/os-instance-actions`);
  const done = body.instanceActions.filter((one: { message: string | null }) => one.message === null);
  return done.map((one: { action: string }) => one.action).toReversed();
}
