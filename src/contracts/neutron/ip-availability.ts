/** How many addresses networks have and how many are used; for administrators. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { ListQuery } from "./fields.ts";

const Counts = { total_ips: Type.Integer(), used_ips: Type.Integer() };
export const IpAvailability = Type.Object({
  network_id: Type.String(),
  network_name: Type.String(),
  project_id: Type.String(),
  tenant_id: Type.String(),
  ...Counts,
  subnet_ip_availability: Type.Array(
    Type.Object({
      subnet_id: Type.String(),
      subnet_name: Type.String(),
      cidr: Type.String(),
      ip_version: Type.Integer(),
      ...Counts,
    }),
  ),
});
const policy = { name: "get_network_ip_availability", rule: "rule:admin_only" };

export const ipAvailability = defineResource({
  name: "network_ip_availability",
  operations: {
    list: operation({
      method: "GET",
      path: "/v2.0/network-ip-availabilities",
      status: 200,
      policy,
      query: ListQuery,
      response: Type.Object({ network_ip_availabilities: Type.Array(IpAvailability) }),
    }),
    show: operation({
      method: "GET",
      path: "/v2.0/network-ip-availabilities/{network_id}",
      status: 200,
      policy,
      query: ListQuery,
      response: Type.Object({ network_ip_availability: IpAvailability }),
    }),
  },
});
