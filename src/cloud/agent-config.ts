/**
 * The configuration of an agent in a process of its own. There is no section for a database, and an unknown section
 * stops the start: an agent's host runs strangers' guests (law 1).
 */
import { Type, type Static } from "typebox";

const closed = { additionalProperties: false };

export const AgentConfig = Type.Object(
  {
    cloud: Type.Object(
      {
        url: Type.String({ pattern: "^https?://[^/]+$", description: "Where the APIs are." }),
        id: Type.String({
          pattern: "^[0-9a-f]{8}$",
          description: "The cloud's id: the file cloud-id in its state folder.",
        }),
        user: Type.String({ description: "This host's own user in Keystone: nova-compute@HOST." }),
        password: Type.String({ minLength: 1 }),
      },
      closed,
    ),
    bus: Type.Object(
      {
        url: Type.String({ pattern: "^nats://" }),
        user: Type.Optional(Type.String()),
        password: Type.Optional(Type.String()),
      },
      closed,
    ),
    host: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 255 }),
        state_dir: Type.String({ description: "Folder of this agent: images, instances." }),
        simulated: Type.Boolean({ default: false }),
      },
      closed,
    ),
    compute: Type.Object(
      {
        accel: Type.Enum(["auto", "kvm", "tcg"], { default: "auto" }),
        tb_size_mb: Type.Integer({ default: 128, minimum: 32, maximum: 1024 }),
      },
      { ...closed, default: {} },
    ),
    log: Type.Object(
      { level: Type.Enum(["debug", "info", "warn", "error"], { default: "info" }) },
      { ...closed, default: {} },
    ),
  },
  closed,
);
export type AgentConfig = Static<typeof AgentConfig>;
