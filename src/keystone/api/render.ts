/** Rows as the API writes them. Attributes that Keystone does not know travel in `extra`. */
import type { Call } from "#platform/http/call.ts";
import {
  rootDomain,
  type EndpointRow,
  type GroupRow,
  type ProjectRow,
  type RegionRow,
  type RoleRow,
  type ServiceRow,
  type UserRow,
} from "../store/tables.ts";

type Extra = Record<string, unknown>;

/** JSON that this service wrote itself. */
export function parseObject(text: string): Extra {
  return JSON.parse(text) as Extra;
}

function self(call: Call, path: string) {
  return { links: { self: call.url(path) } };
}

export function userBody(call: Call, row: UserRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    name: row.name,
    domain_id: row.domain_id,
    enabled: row.enabled === 1,
    ...(row.default_project_id === null ? {} : { default_project_id: row.default_project_id }),
    options: parseObject(row.options),
    password_expires_at: null,
    ...self(call, `/v3/users/${row.id}`),
  };
}

export function projectBody(call: Call, row: ProjectRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    name: row.name,
    domain_id: row.domain_id === rootDomain ? null : row.domain_id,
    description: row.description,
    enabled: row.enabled === 1,
    parent_id: row.parent_id,
    is_domain: row.is_domain === 1,
    tags: JSON.parse(row.tags) as string[],
    options: parseObject(row.options),
    ...self(call, `/v3/projects/${row.id}`),
  };
}

export function domainBody(call: Call, row: ProjectRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    tags: JSON.parse(row.tags) as string[],
    options: parseObject(row.options),
    ...self(call, `/v3/domains/${row.id}`),
  };
}

export function groupBody(call: Call, row: GroupRow) {
  const { id, name, domain_id, description } = row;
  return { ...parseObject(row.extra), id, name, domain_id, description, ...self(call, `/v3/groups/${id}`) };
}

export function roleBody(call: Call, row: RoleRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    name: row.name,
    domain_id: row.domain_id === rootDomain ? null : row.domain_id,
    description: row.description,
    options: parseObject(row.options),
    ...self(call, `/v3/roles/${row.id}`),
  };
}

export function regionBody(call: Call, row: RegionRow) {
  const { id, description, parent_region_id } = row;
  return { ...parseObject(row.extra), id, description, parent_region_id, ...self(call, `/v3/regions/${id}`) };
}

export function serviceBody(call: Call, row: ServiceRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    type: row.type,
    ...(row.name === null ? {} : { name: row.name }),
    enabled: row.enabled === 1,
    ...(row.description === null ? {} : { description: row.description }),
    ...self(call, `/v3/services/${row.id}`),
  };
}

export function endpointBody(call: Call, row: EndpointRow) {
  return {
    ...parseObject(row.extra),
    id: row.id,
    interface: row.interface,
    service_id: row.service_id,
    region: row.region_id,
    region_id: row.region_id,
    url: row.url,
    enabled: row.enabled === 1,
    ...self(call, `/v3/endpoints/${row.id}`),
  };
}
