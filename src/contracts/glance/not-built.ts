/** Operations of the image API that answer 501: method, path, policy, who. Source: the routes of API v2.16. */
import { defineResource, operation, type AnyOperation, type Method } from "../kit/resource.ts";
import { rules } from "./rules.ts";

const reader = "role:admin or role:reader";
const ns = "/v2/metadefs/namespaces";
const ns1 = `${ns}/{namespace}`;

type Row = [method: Method, path: string, policy: string, rule: string];

const rows: Row[] = [
  ["PUT", "/v2/images/{image_id}/stage", "upload_image", rules.ownsOrServes],
  ["POST", "/v2/images/{image_id}/import", "import_image", rules.owns],
  ["GET", "/v2/images/{image_id}/tasks", "get_image_tasks", reader],
  ["DELETE", "/v2/stores/{store_id}/{image_id}", "delete_image_copy", rules.owns],
  ["GET", "/v2/info/stores/detail", "stores_info_detail", rules.admin],
  ["GET", "/v2/info/usage", "get_usage", rules.anyone],
  ["GET", "/v2/cache", "cache_list", rules.admin],
  ["DELETE", "/v2/cache", "cache_delete", rules.admin],
  ["PUT", "/v2/cache/{image_id}", "cache_image", rules.admin],
  ["DELETE", "/v2/cache/{image_id}", "cache_delete", rules.admin],
  ["POST", "/v2/tasks", "tasks_api_access", rules.admin],
  ["GET", "/v2/tasks", "tasks_api_access", rules.admin],
  ["GET", "/v2/tasks/{task_id}", "tasks_api_access", rules.admin],
  ...["task", "tasks"].map((kind): Row => ["GET", `/v2/schemas/${kind}`, "get_schema", rules.anyone]),
  ...["namespace", "resource_type", "object", "tag"].flatMap((kind): Row[] => [
    ["GET", `/v2/schemas/metadefs/${kind}`, "get_schema", rules.anyone],
    ["GET", `/v2/schemas/metadefs/${kind}s`, "get_schema", rules.anyone],
  ]),
  ["GET", "/v2/schemas/metadefs/property", "get_schema", rules.anyone],
  ["GET", "/v2/schemas/metadefs/properties", "get_schema", rules.anyone],
  ["GET", "/v2/metadefs/resource_types", "list_metadef_resource_types", reader],
  ["GET", ns, "get_metadef_namespaces", reader],
  ["POST", ns, "add_metadef_namespace", rules.admin],
  ["GET", ns1, "get_metadef_namespace", reader],
  ["PUT", ns1, "modify_metadef_namespace", rules.admin],
  ["DELETE", ns1, "delete_metadef_namespace", rules.admin],
  ["GET", `${ns1}/resource_types`, "get_metadef_resource_type", reader],
  ["POST", `${ns1}/resource_types`, "add_metadef_resource_type_association", rules.admin],
  ["DELETE", `${ns1}/resource_types/{resource_type}`, "remove_metadef_resource_type_association", rules.admin],
  ["GET", `${ns1}/properties`, "get_metadef_properties", reader],
  ["POST", `${ns1}/properties`, "add_metadef_property", rules.admin],
  ["DELETE", `${ns1}/properties`, "remove_metadef_property", rules.admin],
  ["GET", `${ns1}/properties/{property_name}`, "get_metadef_property", reader],
  ["PUT", `${ns1}/properties/{property_name}`, "modify_metadef_property", rules.admin],
  ["DELETE", `${ns1}/properties/{property_name}`, "remove_metadef_property", rules.admin],
  ["GET", `${ns1}/objects`, "get_metadef_objects", reader],
  ["POST", `${ns1}/objects`, "add_metadef_object", rules.admin],
  ["DELETE", `${ns1}/objects`, "delete_metadef_object", rules.admin],
  ["GET", `${ns1}/objects/{object_name}`, "get_metadef_object", reader],
  ["PUT", `${ns1}/objects/{object_name}`, "modify_metadef_object", rules.admin],
  ["DELETE", `${ns1}/objects/{object_name}`, "delete_metadef_object", rules.admin],
  ["GET", `${ns1}/tags`, "get_metadef_tags", reader],
  ["POST", `${ns1}/tags`, "add_metadef_tags", rules.admin],
  ["DELETE", `${ns1}/tags`, "delete_metadef_tags", rules.admin],
  ["GET", `${ns1}/tags/{tag_name}`, "get_metadef_tag", reader],
  ["POST", `${ns1}/tags/{tag_name}`, "add_metadef_tag", rules.admin],
  ["PUT", `${ns1}/tags/{tag_name}`, "modify_metadef_tag", rules.admin],
  ["DELETE", `${ns1}/tags/{tag_name}`, "delete_metadef_tag", rules.admin],
];

const entries = rows.map(([method, path, name, rule]): [string, AnyOperation] => [
  `${method} ${path}`,
  operation({ method, path, policy: { name, rule }, status: 501 }),
]);

export const notBuiltImage = defineResource({ name: "image API, not built", operations: Object.fromEntries(entries) });
