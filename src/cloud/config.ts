/** The options of a cloud, as `cumulet.toml` and the command line set them. Defaults and limits stand here only. */
import { Type, type Static } from "typebox";

const section = { additionalProperties: false, default: {} };
const cidr = "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$";

export const CloudConfig = Type.Object(
  {
    api: Type.Object(
      {
        listen: Type.String({ default: "127.0.0.1", description: "Address to listen on." }),
        port: Type.Integer({
          default: 8774,
          minimum: 0,
          maximum: 65535,
          description: "Port for all services and the dashboard; 0 takes a free one.",
        }),
        public_url: Type.Optional(
          Type.String({
            pattern: "^https?://[^/]+$",
            description: "Where users reach this cloud, when that differs from listen and port.",
          }),
        ),
      },
      section,
    ),
    network: Type.Object(
      {
        external_cidr: Type.String({
          default: "172.24.4.0/24",
          pattern: cidr,
          description: "Range of the network `public`: floating IPs; its first address is this host's.",
        }),
        private_cidr: Type.String({
          default: "10.0.0.0/24",
          pattern: cidr,
          description: "Range of the demo project's network.",
        }),
        dns_servers: Type.Array(Type.String(), {
          default: [],
          description: "Name servers that guests ask for names outside their network.",
        }),
        metadata: Type.Boolean({ default: true, description: "Serve 169.254.169.254 to guests." }),
      },
      section,
    ),
    bus: Type.Object(
      {
        url: Type.Optional(
          Type.String({
            pattern: "^nats://",
            description: "NATS server, for agents in processes of their own; without it the queue is in process.",
          }),
        ),
        user: Type.Optional(Type.String()),
        password: Type.Optional(Type.String()),
      },
      section,
    ),
    compute: Type.Object(
      {
        enabled: Type.Boolean({
          default: true,
          description: "False where nova-compute runs in a process of its own ('cumulet run nova-compute').",
        }),
        accel: Type.Enum(["auto", "kvm", "tcg"], {
          default: "auto",
          description: "auto measures whether KVM can run a guest.",
        }),
        tb_size_mb: Type.Integer({
          default: 128,
          minimum: 32,
          maximum: 1024,
          description: "Translation buffer of a guest without KVM, in MiB.",
        }),
      },
      section,
    ),
    database: Type.Object(
      {
        synchronous: Type.Enum(["FULL", "NORMAL"], {
          default: "FULL",
          description: "FULL survives a power cut; NORMAL only the end of the process, and is faster.",
        }),
      },
      section,
    ),
    log: Type.Object({ level: Type.Enum(["debug", "info", "warn", "error"], { default: "info" }) }, section),
  },
  { additionalProperties: false },
);
export type CloudConfig = Static<typeof CloudConfig>;
