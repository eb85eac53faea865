/** The command line. Each command is a value in its own file, loaded when it is called: `status` need not load a cloud. */
import { Command } from "commander";
import { fail } from "./command.ts";

const program = new Command("cumulet")
  .description("A complete OpenStack-compatible cloud that starts with one command.")
  .version("0.1.0")
  .showHelpAfterError();

const state = [
  "--state <dir>",
  "folder of the cloud (default: /var/lib/cumulet, or below your home without root)",
] as const;

program
  .command("up")
  .description("start the cloud; the first time it also sets the machine up")
  .option(...state)
  .option("--config <file>", "configuration (default: cumulet.toml in the state folder, if there is one)")
  .option("--listen <address>", "address to listen on (default 127.0.0.1)")
  .option("--port <number>", "port of all services and the dashboard (default 8774; 0 takes a free one)")
  .option("--public-url <url>", "where users reach the cloud, when that differs")
  .option("--simulate [hosts]", "simulate this many hosts (default 1): no root, no packages, no real guests")
  .option("--detach", "return once it serves")
  .action(async (options) => (await import("./up.ts")).up(options));

program
  .command("run <role>")
  .description("run one role in a process of its own (now: nova-compute)")
  .requiredOption("--config <file>", "its configuration")
  .action(async (role, options) => (await import("./run.ts")).run(role, options));

program
  .command("down")
  .description("stop the cloud; guests go on running unless told otherwise")
  .option(...state)
  .option("--simulate", "the simulated cloud of the default folder")
  .option("--guests", "also stop all guests and remove this cloud's networks from the host")
  .action(async (options) => (await import("./down.ts")).down(options));

program
  .command("status")
  .description("say whether the cloud runs, and where")
  .option(...state)
  .option("--simulate", "the simulated cloud of the default folder")
  .option("--json", "as JSON")
  .action(async (options) => (await import("./status.ts")).status(options));

program
  .command("logs")
  .description("show the log of a detached cloud")
  .option(...state)
  .option("--simulate", "the simulated cloud of the default folder")
  .option("-f, --follow", "go on showing what is added")
  .option("-n, --lines <number>", "this many lines from the end", "50")
  .action(async (options) => (await import("./logs.ts")).logs(options));

program
  .command("doctor")
  .description("look for what is wrong, and say what to do about each finding")
  .option(...state)
  .option("--simulate", "the simulated cloud of the default folder")
  .action(async (options) => (await import("./doctor.ts")).doctor(options));

program
  .command("trace <server>")
  .description("show the 29 steps of a server's creation (by name or id)")
  .option(...state)
  .option("--simulate", "the simulated cloud of the default folder")
  .option("--json", "as JSON")
  .option("-f, --follow", "show steps as they happen")
  .action(async (server, options) => (await import("./trace.ts")).trace(server, options));

const image = program.command("image").description("the guest image that comes with the cloud");
image
  .command("build")
  .description("build the tiny Linux image from Debian packages")
  .option(...state)
  .option("--output <file>", "where it goes (default: guest-image/cumulet.qcow2 in the state folder)")
  .action(async (options) => (await import("./image-build.ts")).imageBuild(options));

program
  .command("test")
  .description("run the checks and all tests of this checkout")
  .argument("[areas...]")
  .allowUnknownOption()
  .action(async (areas) => (await import("./test.ts")).test(areas));

// `cumulet trace x | head`: whoever reads may have had enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

program.parseAsync().catch(fail);
