/** Credentials that Keystone keeps for users, and those of them that EC2's and S3's clients sign with. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const Blob = Type.String({ minLength: 1, maxLength: 65_536 });
const Kind = Type.String({ minLength: 1, maxLength: 255 });

const operations = crud({
  noun: "credential",
  plural: "credentials",
  entity: Type.Object({ id: Type.String(), type: Type.String(), blob: Type.String(), user_id: Type.String() }),
  query: Type.Object({ user_id: Filter, type: Filter }),
  create: Type.Object({
    credential: Type.Object({
      blob: Blob,
      type: Kind,
      user_id: Type.Optional(Type.String()),
      project_id: Type.Optional(Text),
    }),
  }),
  update: Type.Object({
    credential: Type.Object(
      {
        blob: Type.Optional(Blob),
        type: Type.Optional(Kind),
        user_id: Type.Optional(Type.String()),
        project_id: Type.Optional(Text),
      },
      { minProperties: 1 },
    ),
  }),
  who: { list: "readerOrSelf", show: "readerOrSelf" },
});

export const credential = defineResource({
  name: "credential",
  operations: {
    ...operations,
    create: { ...operations.create, policy: policy("create_credential", "adminOrSelf") },
    update: { ...operations.update, policy: policy("update_credential", "adminOrSelf") },
    remove: { ...operations.remove, policy: policy("delete_credential", "adminOrSelf") },
  },
});

const all = "/v3/users/{user_id}/credentials/OS-EC2";
const one = `${all}/{credential_id}`;

export const ec2Credential = defineResource({
  name: "ec2_credential",
  operations: {
    list: operation({ method: "GET", path: all, status: 200, policy: policy("ec2_list_credentials", "adminOrSelf") }),
    create: operation({
      method: "POST",
      path: all,
      status: 201,
      policy: policy("ec2_create_credential", "adminOrSelf"),
      request: Type.Object({ tenant_id: Type.String({ minLength: 1 }) }),
    }),
    show: operation({ method: "GET", path: one, status: 200, policy: policy("ec2_get_credential", "readerOrSelf") }),
    remove: operation({
      method: "DELETE",
      path: one,
      status: 204,
      policy: policy("ec2_delete_credential", "adminOrSelf"),
    }),
  },
});
