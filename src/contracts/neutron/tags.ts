/** Tags, a sub-resource of everything with standard attributes: the same rules as seeing and updating its owner. */
import { Type } from "typebox";
import { defineResource, operation, type ResourceSpec } from "../kit/resource.ts";
import { closed } from "./fields.ts";

/** Resources that carry tags: their name in policies, and their path. */
export const tagged = {
  network: "/v2.0/networks",
  subnet: "/v2.0/subnets",
  port: "/v2.0/ports",
  router: "/v2.0/routers",
  floatingip: "/v2.0/floatingips",
  security_group: "/v2.0/security-groups",
} as const;
export type TaggedResource = keyof typeof tagged;

export const Tags = Type.Array(Type.String({ maxLength: 60 }), { maxItems: 50 });
const TagsBody = Type.Object({ tags: Tags }, closed);

/** The six operations on the tags of one resource; the owner's own operations name its rules. */
export function tagsOf<N extends TaggedResource>(name: N, owner: ResourceSpec) {
  const path = `${tagged[name]}/{id}/tags`;
  const get = ruleOf(owner, "show");
  const update = ruleOf(owner, "update");
  return defineResource({
    name: `${name}_tags`,
    operations: {
      list: operation({ method: "GET", path, status: 200, policy: get, response: TagsBody }),
      replace: operation({ method: "PUT", path, status: 200, policy: update, request: TagsBody, response: TagsBody }),
      clear: operation({ method: "DELETE", path, status: 204, policy: update }),
      check: operation({ method: "GET", path: `${path}/{tag}`, status: 204, policy: get }),
      add: operation({ method: "PUT", path: `${path}/{tag}`, status: 201, policy: update }),
      remove: operation({ method: "DELETE", path: `${path}/{tag}`, status: 204, policy: update }),
    },
  });
}

function ruleOf(owner: ResourceSpec, operationName: string) {
  const policy = owner.operations[operationName]?.policy;
  if (policy === undefined || policy === "public") throw new Error(`${owner.name} has no rule to ${operationName}`);
  return policy;
}
