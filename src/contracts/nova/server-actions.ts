/** What can be done to a server: one route, the body's single key chooses. */
import { Type, type TSchema } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation, type PolicySpec } from "../kit/resource.ts";
import { Nullable, Size, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const path = "/v2.1/servers/{server_id}/action";

function action<Body extends TSchema>(name: string, rule: PolicySpec, body: Body) {
  return operation({ method: "POST", path, action: name, status: 202, policy: rule, request: body });
}

const anything = (name: string) => Type.Object({ [name]: Type.Unknown() });
const group = (name: string) =>
  Type.Object({ [name]: Type.Object({ name: Type.String({ minLength: 1 }) }, closed) }, closed);

export const serverAction = defineResource({
  name: "server action",
  operations: {
    start: action("os-start", policy("servers:start", "member"), anything("os-start")),
    stop: action("os-stop", policy("servers:stop", "member"), anything("os-stop")),
    reboot: action(
      "reboot",
      policy("servers:reboot", "member"),
      Type.Object(
        { reboot: Type.Object({ type: Type.Enum(["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]) }, closed) },
        closed,
      ),
    ),
    resetState: action(
      "os-resetState",
      policy("os-admin-actions:reset_state", "admin"),
      Type.Object({ "os-resetState": Type.Object({ state: Type.Enum(["active", "error"]) }, closed) }, closed),
    ),
    lock: action(
      "lock",
      policy("os-lock-server:lock", "member"),
      Type.Object({
        lock: Type.Union([
          Type.Null(),
          Type.Object({
            locked_reason: Type.Optional(at({ since: "2.73" }, Type.String({ minLength: 1, maxLength: 255 }))),
          }),
        ]),
      }),
    ),
    unlock: action("unlock", policy("os-lock-server:unlock", "member"), anything("unlock")),
    forceDelete: action("forceDelete", policy("os-deferred-delete:force", "member"), anything("forceDelete")),
    addSecurityGroup: action("addSecurityGroup", policy("os-security-groups:add", "member"), group("addSecurityGroup")),
    removeSecurityGroup: action(
      "removeSecurityGroup",
      policy("os-security-groups:remove", "member"),
      group("removeSecurityGroup"),
    ),
    consoleOutput: operation({
      method: "POST",
      path,
      action: "os-getConsoleOutput",
      status: 200,
      policy: policy("os-console-output", "member"),
      request: Type.Object(
        {
          "os-getConsoleOutput": Nullable(
            Type.Object({
              length: Type.Optional(
                Type.Unsafe<number | string | null>({
                  anyOf: [Size, { type: "null" }, { const: -1 }, { const: "-1" }],
                }),
              ),
            }),
          ),
        },
        closed,
      ),
      response: Type.Object({ output: Type.String() }),
    }),
  },
});
