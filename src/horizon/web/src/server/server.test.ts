import assert from "node:assert/strict";
import { test } from "node:test";
import { canDo } from "./action-rules.ts";
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
  const server = (
    vm_state: string,
    task: string | null = null,
    launched_at: string | null = "2026-11-01T00:00:00Z",
  ) => ({
    "OS-EXT-STS:vm_state": vm_state,
    "OS-EXT-STS:task_state": task,
    "OS-SRV-USG:launched_at": launched_at,
  });
  assert.equal(canDo(server("active"), "stop"), true);
  assert.equal(canDo(server("active"), "start"), false);
  assert.equal(canDo(server("stopped"), "start"), true);
  assert.equal(canDo(server("stopped"), "reboot_soft"), false);
  assert.equal(canDo(server("stopped"), "reboot_hard"), true);
  assert.equal(canDo(server("active", "powering-off"), "stop"), false);
  assert.equal(canDo(server("error", null, null), "stop"), false, "it never ran");
  assert.equal(canDo(server("active", "rebooting"), "reboot_hard"), true);
});

test("the login name follows the image", () => {
  assert.equal(loginUser("Ubuntu 24.04 LTS"), "ubuntu");
  assert.equal(loginUser("cirros-0.6.3"), "cirros");
  assert.equal(loginUser("my-own"), "root");
});
