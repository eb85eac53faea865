/** Routers: they join subnets with each other and with an external network. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud } from "./crud.ts";
import { Bool, Maybe, Name, Nullable, Text, Uuid, closed, projectFields, standardFields } from "./fields.ts";
import { FixedIp, FixedIpRequest } from "./port.ts";
import { HostRoute } from "./subnet.ts";

/** `null` or an empty object takes the gateway away. */
const GatewayRequest = Type.Object(
  {
    network_id: Type.Optional(Uuid),
    enable_snat: Type.Optional(Bool),
    external_fixed_ips: Type.Optional(Type.Array(FixedIpRequest)),
  },
  closed,
);
const settable = {
  name: Type.Optional(Name),
  description: Type.Optional(Text),
  admin_state_up: Type.Optional(Bool),
  external_gateway_info: Maybe(GatewayRequest),
};

export const RouterCreate = Type.Object(
  { ...settable, ...projectFields, availability_zone_hints: Type.Optional(Type.Array(Type.String())) },
  closed,
);
export const RouterUpdate = Type.Object(
  { ...settable, routes: Type.Optional(Nullable(Type.Array(HostRoute, { maxItems: 30 }))) },
  closed,
);

export const Router = Type.Object({
  ...standardFields,
  name: Type.String(),
  /** ACTIVE, ALLOCATING or ERROR. */
  status: Type.String(),
  admin_state_up: Type.Boolean(),
  external_gateway_info: Nullable(
    Type.Object({ network_id: Type.String(), enable_snat: Type.Boolean(), external_fixed_ips: Type.Array(FixedIp) }),
  ),
  routes: Type.Array(HostRoute),
  availability_zone_hints: Type.Array(Type.String()),
  availability_zones: Type.Array(Type.String()),
});

/** A subnet (its gateway address is taken) or a port. */
const InterfaceRequest = Type.Object({ subnet_id: Type.Optional(Uuid), port_id: Type.Optional(Uuid) }, closed);
const Interface = Type.Object({
  id: Type.String(),
  project_id: Type.String(),
  tenant_id: Type.String(),
  port_id: Type.String(),
  network_id: Type.String(),
  subnet_id: Type.String(),
  subnet_ids: Type.Array(Type.String()),
});
const RoutesRequest = Type.Object(
  { router: Type.Object({ routes: Type.Array(HostRoute, { maxItems: 30 }) }, closed) },
  closed,
);
const RouterReply = Type.Object({ router: Router });

export const router = defineResource({
  name: "router",
  operations: {
    ...crud(
      {
        name: "router",
        collection: "routers",
        path: "/v2.0/routers",
        rules: {
          get: "rule:reader or rule:service_api",
          create: "rule:member",
          update: "rule:member",
          delete: "rule:member",
        },
      },
      { view: Router, create: RouterCreate, update: RouterUpdate },
    ),
    addInterface: operation({
      method: "PUT",
      path: "/v2.0/routers/{id}/add_router_interface",
      status: 200,
      policy: { name: "add_router_interface", rule: "rule:member" },
      request: InterfaceRequest,
      response: Interface,
    }),
    removeInterface: operation({
      method: "PUT",
      path: "/v2.0/routers/{id}/remove_router_interface",
      status: 200,
      policy: { name: "remove_router_interface", rule: "rule:member" },
      request: InterfaceRequest,
      response: Interface,
    }),
    addRoutes: operation({
      method: "PUT",
      path: "/v2.0/routers/{id}/add_extraroutes",
      status: 200,
      policy: { name: "add_extraroutes", rule: "rule:member" },
      request: RoutesRequest,
      response: RouterReply,
    }),
    removeRoutes: operation({
      method: "PUT",
      path: "/v2.0/routers/{id}/remove_extraroutes",
      status: 200,
      policy: { name: "remove_extraroutes", rule: "rule:member" },
      request: RoutesRequest,
      response: RouterReply,
    }),
  },
});
