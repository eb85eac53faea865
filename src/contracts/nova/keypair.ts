/** Key pairs of users. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { Empty, Links, closed } from "./fields.ts";
import { policy } from "./rules.ts";

const Text = Type.String();
const base = "/v2.1/os-keypairs";
const User = Type.Optional(at({ since: "2.10" }, Text));
const KeyType = at({ since: "2.2" }, Text);

const OneKey = { name: Text, public_key: Text, fingerprint: Text, type: KeyType };

/** Letters, digits and a few signs; from 2.92 also `@` and `.`. */
const EarlyName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[a-zA-Z0-9 _-]*[a-zA-Z0-9_-][a-zA-Z0-9 _-]*$",
});
const NewName = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[a-zA-Z0-9@. _-]*[a-zA-Z0-9@._-][a-zA-Z0-9@. _-]*$",
});

export const keypair = defineResource({
  name: "keypair",
  operations: {
    list: operation({
      method: "GET",
      path: base,
      status: 200,
      policy: policy("os-keypairs:index", "self"),
      query: Type.Object({
        user_id: User,
        limit: Type.Optional(at({ since: "2.35" }, Type.Integer({ minimum: 0 }))),
        marker: Type.Optional(at({ since: "2.35" }, Text)),
      }),
      response: Type.Object({
        keypairs: Type.Array(Type.Object({ keypair: Type.Object(OneKey) })),
        keypairs_links: Type.Optional(at({ since: "2.35" }, Links)),
      }),
    }),
    show: operation({
      method: "GET",
      path: `${base}/{name}`,
      status: 200,
      policy: policy("os-keypairs:show", "self"),
      query: Type.Object({ user_id: User }),
      response: Type.Object({
        keypair: Type.Object({
          ...OneKey,
          user_id: Text,
          id: Type.Integer(),
          created_at: Text,
          updated_at: Type.Null(),
          deleted_at: Type.Null(),
          deleted: Type.Boolean(),
        }),
      }),
    }),
    create: operation({
      method: "POST",
      path: base,
      status: { "2.1": 200, "2.2": 201 },
      policy: policy("os-keypairs:create", "self"),
      request: Type.Object(
        {
          keypair: Type.Object(
            {
              earlyName: at({ until: "2.91", name: "name" }, EarlyName),
              name: at({ since: "2.92" }, NewName),
              type: Type.Optional(at({ since: "2.2" }, Type.Enum(["ssh", "x509"]))),
              public_key: Type.Optional(at({ until: "2.91" }, Text)),
              requiredKey: at({ since: "2.92", name: "public_key" }, Text),
              user_id: User,
            },
            closed,
          ),
        },
        closed,
      ),
      response: Type.Object({ keypair: Type.Object({ ...OneKey, user_id: Text, private_key: Type.Optional(Text) }) }),
    }),
    delete: operation({
      method: "DELETE",
      path: `${base}/{name}`,
      status: { "2.1": 202, "2.2": 204 },
      policy: policy("os-keypairs:delete", "self"),
      query: Type.Object({ user_id: User }),
      response: Empty,
    }),
  },
});
