import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { systemClock } from "#platform/clock/clock.ts";
import { connectQmp, type QmpEvent } from "./qmp.ts";

const clock = systemClock();
const folder = mkdtempSync(join(tmpdir(), "cumulet-qmp-"));
after(() => rmSync(folder, { recursive: true }));

interface Command {
  execute: string;
  arguments: Record<string, unknown>;
  id: number;
}

/** A monitor that greets and then answers as told. */
async function monitor(answer: (command: Command, socket: Socket) => void, greets = true) {
  const path = join(folder, String(Math.trunc(clock.monotonic() * 1000)));
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    if (greets) socket.write('{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n');
    socket.on("data", (data) => {
      for (const line of data.toString().trim().split("\n")) {
        const command = JSON.parse(line) as Command;
        if (command.execute === "qmp_capabilities") socket.write(`{"return": {}, "id": ${command.id}}\r\n`);
        else answer(command, socket);
      }
    });
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  servers.push(server);
  return { path, clock, timeout_ms: 2000 };
}

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

describe("QMP client", () => {
  it("matches answers to commands by id, whatever their order", async () => {
    const held: Command[] = [];
    const options = await monitor((command, socket) => {
      held.push(command);
      if (held.length < 2) return;
      for (const { id, execute } of held.toReversed()) socket.write(`${JSON.stringify({ return: execute, id })}\r\n`);
    });
    const qmp = await connectQmp(options);
    assert.deepEqual(await Promise.all([qmp.execute("one"), qmp.execute("two")]), ["one", "two"]);
    qmp.close();
  });

  it("understands lines that arrive in pieces, and events between them", async () => {
    const options = await monitor(({ id }, socket) => {
      const event = '{"event": "STOP", "data": {"a": "ä"}, "timestamp": {}}\r\n';
      const whole = Buffer.from(`${event}{"return": "ü", "id": ${id}}\r\n${event}`);
      let at = 0;
      const more = () => {
        if (at >= whole.length) return;
        socket.write(whole.subarray(at, (at += 7)));
        setImmediate(more);
      };
      more();
    });
    const qmp = await connectQmp(options);
    const events: QmpEvent[] = [];
    const second = new Promise<void>((resolve) => qmp.on((event) => events.push(event) === 2 && resolve()));
    assert.equal(await qmp.execute("go"), "ü");
    await second;
    assert.deepEqual(events[1], { event: "STOP", data: { a: "ä" } });
    qmp.close();
  });

  it("reports refusals with QEMU's own class and sentence", async () => {
    const options = await monitor(({ id }, socket) =>
      socket.write(`{"error": {"class": "GenericError", "desc": "no"}, "id": ${id}}\r\n`),
    );
    const qmp = await connectQmp(options);
    await assert.rejects(qmp.execute("device_del"), {
      name: "QmpError",
      reason: "GenericError",
      message: "device_del: no",
    });
    qmp.close();
  });

  it("gives up on a command that is not answered, and goes on with the next", async () => {
    const options = await monitor(
      ({ id, execute }, socket) => execute === "quick" && socket.write(`{"return": 1, "id": ${id}}\r\n`),
    );
    const qmp = await connectQmp(options);
    await assert.rejects(qmp.execute("slow", {}, 10), { reason: "Timeout" });
    assert.equal(await qmp.execute("quick"), 1);
    qmp.close();
  });

  it("fails what is under way when the connection ends", async () => {
    const options = await monitor((_command, socket) => socket.destroy());
    const qmp = await connectQmp(options);
    await assert.rejects(qmp.execute("quit"), { reason: "Closed" });
    await qmp.closed;
    await assert.rejects(qmp.execute("again"), { reason: "Closed" });
  });

  it("ends the connection when a line is not JSON", async () => {
    const options = await monitor((_command, socket) => socket.write("this is no JSON\r\n"));
    const qmp = await connectQmp(options);
    await assert.rejects(qmp.execute("go"), { reason: "Closed", message: /not JSON/ });
  });

  it("does not wait for ever for a greeting", async () => {
    const options = await monitor(() => undefined, false);
    await assert.rejects(connectQmp({ ...options, greeting_ms: 10 }), { reason: "Timeout" });
    await assert.rejects(connectQmp({ ...options, path: join(folder, "nobody") }), { reason: "Closed" });
  });
});
