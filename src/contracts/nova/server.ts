/** Servers. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { AccessIPv4, AccessIPv6, Description, Empty, Hostname, Links, Name, closed } from "./fields.ts";
import { policy } from "./rules.ts";
import { ServerCreate } from "./server-create.ts";
import { ChangedServerView, ServerBrief, ServerView } from "./server-view.ts";

const Text = Type.String();

/** Checked in the handler: which filters count depends on who asks. */
const ListQuery = Type.Unsafe<Record<string, string | string[] | undefined>>({ type: "object" });

const CreatedServer = Type.Object({
  id: Text,
  links: Links,
  "OS-DCF:diskConfig": Text,
  security_groups: Type.Array(Type.Object({ name: Text })),
  adminPass: Type.Optional(Text),
});

export const server = defineResource({
  name: "server",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.1/servers",
      status: 200,
      policy: policy("servers:index", "reader"),
      query: ListQuery,
      response: Type.Object({ servers: Type.Array(ServerBrief), servers_links: Type.Optional(Links) }),
    }),
    detail: operation({
      method: "GET",
      path: "/v2.1/servers/detail",
      status: 200,
      policy: policy("servers:detail", "reader"),
      query: ListQuery,
      response: Type.Object({ servers: Type.Array(ServerView), servers_links: Type.Optional(Links) }),
    }),
    show: operation({
      method: "GET",
      path: "/v2.1/servers/{server_id}",
      status: 200,
      policy: policy("servers:show", "reader"),
      response: Type.Object({ server: ServerView }),
    }),
    create: operation({
      method: "POST",
      path: "/v2.1/servers",
      status: 202,
      policy: policy("servers:create", "member"),
      flowStep: 3,
      request: ServerCreate,
      response: Type.Object({ server: Type.Optional(CreatedServer), reservation_id: Type.Optional(Text) }),
    }),
    update: operation({
      method: "PUT",
      path: "/v2.1/servers/{server_id}",
      status: 200,
      policy: policy("servers:update", "member"),
      request: Type.Object(
        {
          server: Type.Object(
            {
              name: Type.Optional(Name),
              "OS-DCF:diskConfig": Type.Optional(Type.Enum(["AUTO", "MANUAL"])),
              accessIPv4: Type.Optional(AccessIPv4),
              accessIPv6: Type.Optional(AccessIPv6),
              description: Type.Optional(at({ since: "2.19" }, Description)),
              hostname: Type.Optional(at({ since: "2.90" }, Hostname)),
            },
            closed,
          ),
        },
        closed,
      ),
      response: Type.Object({ server: ChangedServerView }),
    }),
    delete: operation({
      method: "DELETE",
      path: "/v2.1/servers/{server_id}",
      status: 204,
      policy: policy("servers:delete", "member"),
      response: Empty,
    }),
  },
});
