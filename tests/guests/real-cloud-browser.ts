/** A person with a browser on the host of a real cloud. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { browserSwitches, type Credentials } from "#tests/browser/pages.ts";
import type { RealCloud } from "./real-cloud.ts";

/** Debian's chromium in the cloud's namespace: the cloud listens nowhere else. */
export async function browserBeside({ namespace, state_dir }: RealCloud): Promise<Browser> {
  const wrapper = join(state_dir, "chromium");
  const line = `exec nsenter --net=/run/netns/${namespace} /usr/bin/chromium "$@"`;
  await writeFile(wrapper, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return chromium.launch({ executablePath: wrapper, headless: true, args: browserSwitches });
}

/** The user demo, as the first start made it. */
export async function demoOf({ state_dir }: RealCloud): Promise<Credentials> {
  const secrets = JSON.parse(await readFile(join(state_dir, "secrets.json"), "utf8")) as { demo_password: string };
  return { user: "demo", password: secrets.demo_password };
}
