/**
 * What a person does in the dashboard, as functions. They know the pages, not the cloud behind them: the same flow runs
 * over the mock and over a real cloud. Elements are found the way a person (or a screen reader) finds them.
 */
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";
import { en, type MessageId } from "#horizon/web/src/i18n/en.ts";
import { zhCN } from "#horizon/web/src/i18n/zh-CN.ts";

export type Locale = "en" | "zh-CN";

export interface Visit {
  page: Page;
  base_url: string;
  locale: Locale;
  /** Broken scripts, refused loads and violations of the content policy seen so far. */
  complaints: string[];
  /** The words of a message in the visit's language, with values put in. */
  say(id: MessageId, values?: Record<string, string | number>): string;
}

export interface Look {
  locale?: Locale;
  theme?: "light" | "dark";
  width?: number;
  height?: number;
}

const switches = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const quiet = ["--disable-component-update", "--disable-sync", "--disable-extensions"];

export const browserSwitches = [...switches, ...quiet];

/** Debian's chromium with a fresh profile. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: browserSwitches });
}

/** A new person at the door: no cookies, nothing remembered. */
export async function visit(browser: Browser, base_url: string, look: Look = {}): Promise<Visit> {
  const locale = look.locale ?? "en";
  const context: BrowserContext = await browser.newContext({
    locale: locale === "en" ? "en-GB" : "zh-CN",
    colorScheme: look.theme ?? "light",
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`broken: ${error.message}`));
  page.on("console", (message) => {
    // A refused login is an answer, not a fault of the page; the browser reports each one.
    const expected = /status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !expected) complaints.push(message.text());
  });
  const say: Visit["say"] = (id, values = {}) => {
    const text: string = locale === "en" ? en[id] : zhCN[id];
    return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(values[name]));
  };
  return { page, base_url, locale, complaints, say };
}

export interface Credentials {
  user: string;
  password: string;
  domain?: string;
}

/** Fills in the form; does not wait for what follows. */
export async function tryLogin({ page, base_url, say }: Visit, who: Credentials): Promise<void> {
  if (!page.url().includes("/login")) await page.goto(`${base_url}/login`);
  await page.getByLabel(say("login.user"), { exact: true }).fill(who.user);
  await page.getByLabel(say("login.password"), { exact: true }).fill(who.password);
  if (who.domain !== undefined) {
    await page.getByRole("button", { name: say("login.advanced") }).click();
    await page.getByLabel(say("login.domain")).fill(who.domain);
  }
  await page.getByRole("button", { name: say("login.submit"), exact: true }).click();
}

/** Logs in and waits for the list of servers. */
export async function login(here: Visit, who: Credentials): Promise<void> {
  await tryLogin(here, who);
  await here.page.waitForURL("**/servers");
  await here.page
    .getByRole("button", { name: here.say("servers.launch") })
    .first()
    .waitFor();
}

export interface LaunchWishes {
  name: string;
  /** Needed when there is more than one image. */
  image?: string;
  flavor?: string;
  network?: string;
  boot_volume?: boolean;
  volume_gb?: number;
  /** Size of an empty second volume. */
  data_gb?: number;
  floating?: boolean;
  /** Ticks "allow ssh and ping", unless they are allowed already. */
  allow?: boolean;
  /** Generates a key pair of this name in the form; its private half is downloaded. */
  new_keypair?: string;
  /** Where the downloaded private key is kept. */
  key_file?: string;
  user_data?: string;
}

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${field}`) }).click();
  await page.getByRole("option", { name: option }).first().click();
}

async function chooseImage({ page, say }: Visit, image: string): Promise<void> {
  const tile = page.getByRole("radio", { name: image });
  const list = page.getByRole("button", { name: new RegExp(`^${say("launch.image")}`) });
  await tile.or(list).first().waitFor();
  if ((await tile.count()) > 0) await tile.check({ force: true });
  else await choose(page, say("launch.image"), image);
}

/** Opens the form and fills it in; `submitLaunch` sends it. */
export async function fillLaunch(here: Visit, wishes: LaunchWishes): Promise<void> {
  const { page, say } = here;
  await page
    .getByRole("button", { name: say("servers.launch") })
    .first()
    .click();
  await page.getByLabel(say("launch.name"), { exact: true }).fill(wishes.name);
  if (wishes.image !== undefined) await chooseImage(here, wishes.image);
  if (wishes.boot_volume) {
    await page.getByRole("checkbox", { name: say("launch.boot_volume") }).check();
    if (wishes.volume_gb !== undefined) await page.getByLabel(say("launch.volume_size")).fill(String(wishes.volume_gb));
  }
  if (wishes.data_gb !== undefined) {
    await page.getByRole("checkbox", { name: say("launch.data") }).check();
    await page.getByLabel(say("launch.data.size")).fill(String(wishes.data_gb));
  }
  if (wishes.flavor !== undefined) await choose(page, say("launch.flavor"), wishes.flavor);
  if (wishes.network !== undefined) await choose(page, say("launch.network"), wishes.network);
  if (wishes.new_keypair !== undefined) await newKeypair(here, wishes.new_keypair, wishes.key_file);
  if (wishes.allow) {
    const box = page.getByRole("checkbox", { name: say("launch.allow") });
    await box
      .or(page.getByText(say("launch.allow.done")))
      .first()
      .waitFor();
    if ((await box.count()) > 0) await box.check();
  }
  if (wishes.floating) await page.getByRole("checkbox", { name: say("launch.floating") }).check();
  if (wishes.user_data !== undefined) {
    await page.getByRole("button", { name: say("launch.advanced") }).click();
    await page.getByLabel(say("launch.userdata")).fill(wishes.user_data);
  }
}

async function newKeypair({ page, say }: Visit, name: string, keyFile?: string): Promise<void> {
  await page.getByRole("button", { name: say("launch.keypair.new") }).click();
  await page.getByLabel(say("launch.keypair.name")).fill(name);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: say("launch.keypair.create") }).click();
  const file = await download;
  if (keyFile !== undefined) await file.saveAs(keyFile);
}

/** Sends the form; returns the id of the new server, whose page is then open. */
export async function submitLaunch({ page, say }: Visit): Promise<string> {
  await page.getByRole("button", { name: say("launch.submit"), exact: true }).click();
  await page.waitForURL(/\/servers\/[0-9a-f-]{36}/);
  return /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? "";
}

export async function launch(here: Visit, wishes: LaunchWishes): Promise<string> {
  await fillLaunch(here, wishes);
  return submitLaunch(here);
}

export function tracePanel({ page, say }: Visit): Locator {
  return page.getByRole("region", { name: say("trace.title") });
}

/** Waits until the drawing has shown every step that will come. */
export async function waitForTrace(here: Visit, limit_ms = 60_000): Promise<void> {
  await tracePanel(here).and(here.page.locator("[data-trace=complete]")).waitFor({ timeout: limit_ms });
}

export interface SeenStep {
  step: number;
  state: string;
  text: string;
}

/** Turns to the timeline and reads all 29 rows. */
export async function readTimeline(here: Visit): Promise<SeenStep[]> {
  const { page, say } = here;
  await page.getByRole("button", { name: say("trace.timeline") }).click();
  const rows = await page
    .getByRole("table", { name: say("trace.timeline") })
    .locator("tbody tr")
    .all();
  return Promise.all(
    rows.map(async (row) => ({
      step: Number(await row.getAttribute("data-step")),
      state: (await row.getAttribute("data-state")) ?? "",
      text: await row.innerText(),
    })),
  );
}

/** Waits for a word in the page's status, in the visit's language. */
export async function waitForStatus(
  { page, say }: Visit,
  status: MessageId & `status.${string}`,
  limit_ms = 60_000,
): Promise<void> {
  await page.getByText(say(status), { exact: true }).first().waitFor({ timeout: limit_ms });
}

/** Opens the console tab and waits until the guest has written `words`; returns all it has written. */
export async function readConsole({ page, say }: Visit, words: string, limit_ms = 120_000): Promise<string> {
  await page.getByRole("tab", { name: say("server.tab.console") }).click();
  const box = page.getByRole("log", { name: say("console.title") });
  await box.filter({ hasText: words }).waitFor({ timeout: limit_ms });
  return box.innerText();
}

/** Deletes the server whose page is open, and waits until the list no longer has it. */
export async function deleteServer({ page, say }: Visit, name: string, limit_ms = 60_000): Promise<void> {
  await page.getByRole("button", { name: say("app.delete"), exact: true }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: say("app.delete"), exact: true })
    .click();
  await page.waitForURL("**/servers");
  await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached", timeout: limit_ms });
}

/** Deletes a row of the list that is open, and waits until it is gone. */
export async function deleteOne({ page, say }: Visit, name: string): Promise<void> {
  const button = page.getByRole("button", { name: `${say("app.delete")}: ${name}`, exact: true });
  await button.click();
  const question = page.getByRole("dialog");
  await question.getByText(say("list.delete.title", { name })).waitFor();
  await question.getByRole("button", { name: say("app.delete"), exact: true }).click();
  await button.waitFor({ state: "detached" });
}

export async function logout({ page, say }: Visit, user: string): Promise<void> {
  await page.getByRole("button", { name: `${say("app.user")}: ${user}` }).click();
  await page.getByRole("menuitem", { name: say("app.logout") }).click();
  await page.waitForURL("**/login");
}

/** Goes to a page through the side menu. */
export async function goTo({ page, say }: Visit, place: MessageId & `nav.${string}`): Promise<void> {
  const menu = page.getByRole("navigation", { name: say("app.navigation") });
  await menu.getByRole("link", { name: say(place), exact: true }).click();
}

/** A picture of the page, whole or as the window shows it. */
export async function picture({ page }: Visit, folder: string, name: string, whole = false): Promise<void> {
  await page.evaluate("window.scrollTo(0, 0)");
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: whole });
}
