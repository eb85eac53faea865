/**
 * The pictures of the documentation, taken of a real cloud with real guests, in both languages: node
 * tests/guests/docs-pictures.ts [folder]. Needs root and takes a few minutes.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import * as person from "#tests/browser/pages.ts";
import { browserBeside, demoOf } from "./real-cloud-browser.ts";
import { makeRealCloud } from "./real-cloud.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "..", "docs", "images");
const boot_ms = 120_000;

/** What a small project has: something to look at in the list. */
const servers: readonly person.LaunchWishes[] = [
  { name: "web-1", floating: true, allow: true, new_keypair: "laptop" },
  { name: "web-2", floating: true },
  { name: "database", boot_volume: true, volume_gb: 2 },
  { name: "worker-1" },
];

mkdirSync(folder, { recursive: true });
const cloud = await makeRealCloud("pictures");
try {
  await cloud.up();
  const browser = await browserBeside(cloud);
  const here = await enter(browser, {});
  const ids = new Map<string, string>();
  for (const wishes of servers) {
    await person.goTo(here, "nav.servers");
    ids.set(wishes.name, await person.launch(here, wishes));
    await person.waitForStatus(here, "status.ACTIVE", boot_ms);
    await person.waitForTrace(here);
  }
  // A guest that has not booted yet does not hear that it shall stop.
  await person.readConsole(here, "worker-1 login:", boot_ms);
  await here.page.getByRole("button", { name: here.say("server.stop"), exact: true }).click();
  await person.waitForStatus(here, "status.SHUTOFF");
  for (const [locale, end] of [
    ["en", ""],
    ["zh-CN", ".zh-CN"],
  ] as const) {
    await take(await enter(browser, { locale }), ids.get("database") ?? "", end);
  }
  await browser.close();
} finally {
  await cloud.end();
}

async function enter(browser: Browser, look: person.Look): Promise<person.Visit> {
  const here = await person.visit(browser, cloud.url, { width: 1400, height: 620, ...look });
  await person.login(here, await demoOf(cloud));
  return here;
}

async function take(here: person.Visit, id: string, end: string): Promise<void> {
  const { page } = here;
  await page.getByRole("link", { name: "web-1" }).waitFor();
  await page.getByRole("region", { name: here.say("usage.title") }).waitFor();
  await person.picture(here, folder, `dashboard${end}`);
  await page.goto(`${cloud.url}/servers/${id}`);
  await person.waitForTrace(here);
  // As high as the page is, so that nothing is cut; and only when every arrow has been drawn.
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  await page.setViewportSize({ width: 1400, height });
  await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))");
  await person.picture(here, folder, `trace${end}`);
  await page.context().close();
}
