/** What hangs on a server: addresses, interfaces, volumes, security groups, its log, its password. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Bool, Empty, Limit, Links, Marker, Nullable, Uuid, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const server = "/v2.1/servers/{server_id}";

const PlainAddress = Type.Object({ version: Type.Integer(), addr: Text });

export const serverIps = defineResource({
  name: "server address",
  operations: {
    list: operation({
      method: "GET",
      path: `${server}/ips`,
      status: 200,
      policy: policy("ips:index", "reader"),
      response: Type.Object({ addresses: Type.Record(Text, Type.Array(PlainAddress)) }),
    }),
    show: operation({
      method: "GET",
      path: `${server}/ips/{label}`,
      status: 200,
      policy: policy("ips:show", "reader"),
      response: Type.Record(Text, Type.Array(PlainAddress)),
    }),
  },
});

const FixedIp = Type.Object({ ip_address: Text, subnet_id: Type.Optional(Text) });
const InterfaceView = Type.Object({
  port_id: Text,
  net_id: Text,
  mac_addr: Text,
  port_state: Text,
  fixed_ips: Type.Array(FixedIp),
  tag: Type.Optional(at({ since: "2.70" }, Nullable(Text))),
});

export const serverInterface = defineResource({
  name: "server interface",
  operations: {
    list: operation({
      method: "GET",
      path: `${server}/os-interface`,
      status: 200,
      policy: policy("os-attach-interfaces:list", "reader"),
      response: Type.Object({ interfaceAttachments: Type.Array(InterfaceView) }),
    }),
    show: operation({
      method: "GET",
      path: `${server}/os-interface/{port_id}`,
      status: 200,
      policy: policy("os-attach-interfaces:show", "reader"),
      response: Type.Object({ interfaceAttachment: InterfaceView }),
    }),
    create: operation({
      method: "POST",
      path: `${server}/os-interface`,
      status: 200,
      policy: policy("os-attach-interfaces:create", "member"),
      request: Type.Object({
        interfaceAttachment: Type.Optional(
          Type.Object(
            {
              net_id: Type.Optional(Uuid),
              port_id: Type.Optional(Uuid),
              fixed_ips: Type.Optional(
                Type.Array(Type.Object({ ip_address: Type.String({ minLength: 2, maxLength: 64 }) }, closed), {
                  minItems: 1,
                  maxItems: 1,
                }),
              ),
              tag: Type.Optional(
                at({ since: "2.49" }, Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" })),
              ),
            },
            closed,
          ),
        ),
      }),
      response: Type.Object({ interfaceAttachment: InterfaceView }),
    }),
    delete: operation({
      method: "DELETE",
      path: `${server}/os-interface/{port_id}`,
      status: 202,
      policy: policy("os-attach-interfaces:delete", "member"),
      response: Empty,
    }),
  },
});

const AttachmentView = Type.Object({
  id: at({ until: "2.88" }, Text),
  volumeId: Text,
  serverId: Text,
  device: Nullable(Text),
  tag: at({ since: "2.70" }, Nullable(Text)),
  delete_on_termination: at({ since: "2.79" }, Type.Boolean()),
  attachment_id: at({ since: "2.89" }, Nullable(Text)),
  bdm_uuid: at({ since: "2.89" }, Text),
});
const volumes = `${server}/os-volume_attachments`;

export const volumeAttachment = defineResource({
  name: "volume attachment",
  operations: {
    list: operation({
      method: "GET",
      path: volumes,
      status: 200,
      policy: policy("os-volumes-attachments:index", "reader"),
      query: Type.Object({ limit: Limit, offset: Limit }),
      response: Type.Object({ volumeAttachments: Type.Array(AttachmentView) }),
    }),
    show: operation({
      method: "GET",
      path: `${volumes}/{volume_id}`,
      status: 200,
      policy: policy("os-volumes-attachments:show", "reader"),
      response: Type.Object({ volumeAttachment: AttachmentView }),
    }),
    create: operation({
      method: "POST",
      path: volumes,
      status: 200,
      policy: policy("os-volumes-attachments:create", "member"),
      request: Type.Object(
        {
          volumeAttachment: Type.Object(
            {
              volumeId: Uuid,
              device: Type.Optional(
                Nullable(Type.String({ pattern: "(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$" })),
              ),
              tag: Type.Optional(
                at({ since: "2.49" }, Type.String({ minLength: 1, maxLength: 60, pattern: "^[^,/]*$" })),
              ),
              delete_on_termination: Type.Optional(at({ since: "2.79" }, Bool)),
            },
            closed,
          ),
        },
        closed,
      ),
      response: Type.Object({ volumeAttachment: AttachmentView }),
    }),
    update: operation({
      method: "PUT",
      path: `${volumes}/{volume_id}`,
      status: 202,
      policy: policy("os-volumes-attachments:update", "member"),
      request: Type.Object({
        volumeAttachment: Type.Object(
          { volumeId: Uuid, delete_on_termination: Type.Optional(at({ since: "2.85" }, Bool)) },
          { additionalProperties: true },
        ),
      }),
      response: Empty,
    }),
    delete: operation({
      method: "DELETE",
      path: `${volumes}/{volume_id}`,
      status: 202,
      policy: policy("os-volumes-attachments:delete", "member"),
      response: Empty,
    }),
  },
});

export const serverSecurityGroups = defineResource({
  name: "server security group",
  operations: {
    list: operation({
      method: "GET",
      path: `${server}/os-security-groups`,
      status: 200,
      policy: policy("os-security-groups:list", "reader"),
      response: Type.Object({
        security_groups: Type.Array(Type.Object({ id: Text, name: Text }, { additionalProperties: true })),
      }),
    }),
  },
});

const EventView = Type.Object({
  event: Text,
  start_time: Text,
  finish_time: Nullable(Text),
  result: Nullable(Text),
  traceback: Nullable(Text),
  host: Type.Optional(at({ since: "2.62" }, Nullable(Text))),
  hostId: at({ since: "2.62" }, Text),
  details: at({ since: "2.84" }, Nullable(Text)),
});
const ActionView = Type.Object({
  action: Text,
  instance_uuid: Text,
  request_id: Text,
  user_id: Nullable(Text),
  project_id: Nullable(Text),
  start_time: Text,
  message: Nullable(Text),
  updated_at: at({ since: "2.58" }, Nullable(Text)),
  events: Type.Optional(Type.Array(EventView)),
});

export const instanceAction = defineResource({
  name: "instance action",
  operations: {
    list: operation({
      method: "GET",
      path: `${server}/os-instance-actions`,
      status: 200,
      policy: policy("os-instance-actions:list", "reader"),
      query: Type.Object({
        limit: Limit,
        marker: Marker,
        "changes-since": Type.Optional(Text),
        "changes-before": Type.Optional(Text),
      }),
      response: Type.Object({
        instanceActions: Type.Array(ActionView),
        links: Type.Optional(at({ since: "2.58" }, Links)),
      }),
    }),
    show: operation({
      method: "GET",
      path: `${server}/os-instance-actions/{request_id}`,
      status: 200,
      policy: policy("os-instance-actions:show", "reader"),
      response: Type.Object({ instanceAction: ActionView }),
    }),
  },
});

export const serverPassword = defineResource({
  name: "server password",
  operations: {
    show: operation({
      method: "GET",
      path: `${server}/os-server-password`,
      status: 200,
      policy: policy("os-server-password:show", "reader"),
      response: Type.Object({ password: Text }),
    }),
    clear: operation({
      method: "DELETE",
      path: `${server}/os-server-password`,
      status: 204,
      policy: policy("os-server-password:clear", "member"),
      response: Empty,
    }),
  },
});
