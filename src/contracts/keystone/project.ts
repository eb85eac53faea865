/** Projects, with their tags, and domains. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Flag, MaybeId, Name, Options, Tags, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const shared = {
  description: Type.Optional(Text),
  enabled: Flag,
  tags: Type.Optional(Tags),
  options: Options,
};
const fields = {
  ...shared,
  domain_id: MaybeId,
  parent_id: MaybeId,
  is_domain: Flag,
};

export const Project = Type.Object({
  id: Type.String(),
  name: Type.String(),
  domain_id: Type.Union([Type.String(), Type.Null()]),
  description: Type.String(),
  enabled: Type.Boolean(),
  parent_id: Type.Union([Type.String(), Type.Null()]),
  is_domain: Type.Boolean(),
  tags: Type.Array(Type.String()),
  options: Type.Object({}),
});

const crudOperations = crud({
  noun: "project",
  plural: "projects",
  entity: Project,
  query: Type.Object({
    domain_id: Filter,
    name: Filter,
    enabled: Filter,
    is_domain: Filter,
    parent_id: Filter,
    tags: Filter,
    "tags-any": Filter,
    "not-tags": Filter,
    "not-tags-any": Filter,
  }),
  create: Type.Object({ project: Type.Object({ name: Name(64), ...fields }) }),
  update: Type.Object({ project: Type.Object({ name: Type.Optional(Name(64)), ...fields }, { minProperties: 1 }) }),
  who: { list: "domainReader", show: "ownProject" },
});

export const project = defineResource({
  name: "project",
  operations: {
    ...crudOperations,
    show: {
      ...crudOperations.show,
      query: Type.Object({
        parents_as_list: Filter,
        parents_as_ids: Filter,
        subtree_as_list: Filter,
        subtree_as_ids: Filter,
      }),
    },
  },
});

const tags = "/v3/projects/{project_id}/tags";
const tag = `${tags}/{value}`;
const TagsBody = Type.Object({ tags: Tags });

export const projectTag = defineResource({
  name: "project_tag",
  operations: {
    list: operation({
      method: "GET",
      path: tags,
      status: 200,
      policy: policy("list_project_tags", "ownProject"),
      response: TagsBody,
    }),
    replace: operation({
      method: "PUT",
      path: tags,
      status: 200,
      policy: policy("update_project_tags", "admin"),
      request: TagsBody,
      response: TagsBody,
    }),
    clear: operation({ method: "DELETE", path: tags, status: 204, policy: policy("delete_project_tags", "admin") }),
    check: operation({ method: "GET", path: tag, status: 204, policy: policy("get_project_tag", "ownProject") }),
    add: operation({ method: "PUT", path: tag, status: 201, policy: policy("create_project_tag", "admin") }),
    remove: operation({ method: "DELETE", path: tag, status: 204, policy: policy("delete_project_tag", "admin") }),
  },
});

export const domain = defineResource({
  name: "domain",
  operations: crud({
    noun: "domain",
    plural: "domains",
    entity: Type.Object({
      id: Type.String(),
      name: Type.String(),
      description: Type.String(),
      enabled: Type.Boolean(),
      tags: Type.Array(Type.String()),
      options: Type.Object({}),
    }),
    query: Type.Object({ name: Filter, enabled: Filter }),
    create: Type.Object({
      domain: Type.Object({
        name: Name(64),
        explicit_domain_id: Type.Optional(Type.String({ pattern: "^[0-9a-f]{32}$" })),
        ...shared,
      }),
    }),
    update: Type.Object({ domain: Type.Object({ name: Type.Optional(Name(64)), ...shared }, { minProperties: 1 }) }),
    who: { list: "reader", show: "inDomain" },
  }),
});
