/** Pictures of every page over the MOCK cloud, in both languages and colours, for people to look at: node shots.ts <folder> */
import { mkdirSync } from "node:fs";
import { systemClock } from "#platform/clock/clock.ts";
import { systemIds } from "#platform/ids/ids.ts";
import { makeMockCloud } from "./mock-cloud.ts";
import * as person from "./pages.ts";
import { serveDashboard } from "./serve.ts";

const folder = process.argv[2] ?? "/tmp/cumulet-shots";
mkdirSync(folder, { recursive: true });

const browser = await person.openBrowser();
for (const [locale, theme] of [
  ["en", "light"],
  ["zh-CN", "dark"],
] as const) {
  const served = await serveDashboard(makeMockCloud(systemClock(), systemIds()).upstream);
  const here = await person.visit(browser, served.url, { locale, theme });
  const shoot = (name: string, whole = false) => person.picture(here, folder, `${locale}-${theme}-${name}`, whole);
  await here.page.goto(served.url);
  await here.page.getByLabel(here.say("login.user"), { exact: true }).waitFor();
  await shoot("1-login");
  await person.tryLogin(here, { user: "demo", password: "wrong" });
  await here.page.getByText(here.say("login.wrong"), { exact: true }).waitFor();
  await shoot("2-login-wrong");
  await person.login(here, { user: "demo", password: "secret" });
  await shoot("3-empty");
  await person.fillLaunch(here, {
    name: "web-1",
    image: "cirros",
    boot_volume: true,
    floating: true,
    new_keypair: "laptop",
  });
  await here.page.getByText("laptop.pem").waitFor();
  await shoot("4-launch", true);
  await person.submitLaunch(here);
  await here.page.waitForTimeout(1700);
  await shoot("5-trace-running", true);
  await person.waitForTrace(here);
  await here.page.waitForTimeout(700);
  await shoot("6-trace-done", true);
  await person.readTimeline(here);
  await shoot("7-timeline", true);
  await person.readConsole(here, "gocubsgo");
  await shoot("8-console");
  await here.page.getByRole("tab", { name: here.say("server.tab.events") }).click();
  await here.page.waitForTimeout(400);
  await shoot("9-events");
  await person.goTo(here, "nav.servers");
  await person.launch(here, { name: "fail-big", image: "debian" });
  await person.waitForTrace(here);
  await shoot("10-failed", true);
  await person.goTo(here, "nav.servers");
  await person.launch(here, { name: "batch-7", image: "cirros" });
  await person.goTo(here, "nav.servers");
  await here.page.getByText("batch-7").waitFor();
  await shoot("11-servers");
  for (const page of ["images", "networks", "volumes"] as const) {
    await person.goTo(here, `nav.${page}`);
    await here.page.waitForTimeout(400);
    await shoot(`12-${page}`);
  }
  process.stdout.write(`${locale} ${theme}: ${here.complaints.join("; ") || "no complaints"}\n`);
  await here.page.context().close();
  await served.close();
}
await browser.close();
