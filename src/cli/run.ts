/** `cumulet run <role>`: one role in a process of its own. */
import { existsSync, readFileSync } from "node:fs";
import { AgentConfig } from "#cloud/agent-config.ts";
import { startComputeProcess } from "#cloud/agent-process.ts";
import { SetupError } from "#cloud/state-folder.ts";
import { readConfig } from "#platform/config/toml.ts";
import { say, stopSignal, tell } from "./command.ts";

export async function run(role: string, options: { config: string }): Promise<void> {
  if (role !== "nova-compute") throw new SetupError(`'${role}' cannot run alone yet; what can: nova-compute.`);
  if (!existsSync(options.config)) throw new SetupError(`The configuration ${options.config} does not exist.`);
  const config = readConfig(AgentConfig, readFileSync(options.config, "utf8"), options.config);
  const agent = await startComputeProcess(config);
  say(`${role} of ${config.host.name} works for ${config.cloud.url}.`);
  await stopSignal();
  tell("Stopping");
  await agent.stop();
}
