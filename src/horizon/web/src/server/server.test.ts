import assert from "node:assert/strict";
import { test } from "node:test";
import type { Server } from "../api/types.ts";
import { canDelete, canDo } from "./action-rules.ts";
import { loginUser } from "./login-user.ts";
import { plainTerminal } from "./plain-terminal.ts";

const esc = "\u001b";

test("control codes vanish, text stays, progress bars keep their last state", () => {
  assert.equal(plainTerminal(`${esc}[32mok${esc}[0m\r\nnext`), "ok\nnext");
  assert.equal(plainTerminal(`${esc}]0;title\u0007shell`), "shell");
  assert.equal(plainTerminal(`${esc}[2J${esc}[1;1Hlogin:`), "login:");
  assert.equal(plainTerminal("10%\r50%\r100%\ndone"), "100%\ndone");
  assert.equal(plainTerminal("bell\u0007 and 中文"), "bell and 中文");
});

test("an action is offered only in its states and while nothing else goes on", () => {
  const server = (status: string, task: string | null = null) => ({ status, "OS-EXT-STS:task_state": task }) as Server; // all that is read
  assert.equal(canDo(server("ACTIVE"), "stop"), true);
  assert.equal(canDo(server("ACTIVE"), "start"), false);
  assert.equal(canDo(server("SHUTOFF"), "start"), true);
  assert.equal(canDo(server("SHUTOFF"), "reboot_soft"), false);
  assert.equal(canDo(server("ACTIVE", "powering-off"), "stop"), false);
  assert.equal(canDelete(server("BUILD", "spawning")), true);
  assert.equal(canDelete(server("ACTIVE", "deleting")), false);
});

test("the login name follows the image", () => {
  assert.equal(loginUser("Ubuntu 24.04 LTS"), "ubuntu");
  assert.equal(loginUser("cirros-0.6.3"), "cirros");
  assert.equal(loginUser("my-own"), "root");
});
