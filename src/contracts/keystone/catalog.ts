/** The catalogue: services, their endpoints, and the regions these stand in. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { crud, Filter, Flag, Text } from "./crud.ts";
import { policy } from "./rules.ts";

const serviceFields = {
  name: Type.Optional(Type.String({ maxLength: 255 })),
  description: Type.Optional(Text),
  enabled: Flag,
};
const ServiceType = Type.String({ minLength: 1, maxLength: 255 });

export const service = defineResource({
  name: "service",
  operations: crud({
    noun: "service",
    plural: "services",
    entity: Type.Object({ id: Type.String(), type: Type.String(), name: Type.String(), enabled: Type.Boolean() }),
    query: Type.Object({ name: Filter, type: Filter }),
    create: Type.Object({ service: Type.Object({ type: ServiceType, ...serviceFields }) }),
    update: Type.Object({
      service: Type.Object({ type: Type.Optional(ServiceType), ...serviceFields }, { minProperties: 1 }),
    }),
    who: { list: "reader", show: "reader" },
  }),
});

const Interface = Type.Union([Type.Literal("public"), Type.Literal("internal"), Type.Literal("admin")]);
const Url = Type.String({ minLength: 1, maxLength: 2048, pattern: "^[a-zA-Z]+://" });
const endpointFields = { region_id: Type.Optional(Text), region: Type.Optional(Text), enabled: Flag };

export const endpoint = defineResource({
  name: "endpoint",
  operations: crud({
    noun: "endpoint",
    plural: "endpoints",
    entity: Type.Object({
      id: Type.String(),
      interface: Type.String(),
      service_id: Type.String(),
      region_id: Text,
      region: Text,
      url: Type.String(),
      enabled: Type.Boolean(),
    }),
    query: Type.Object({ interface: Filter, service_id: Filter, region_id: Filter }),
    create: Type.Object({
      endpoint: Type.Object({ interface: Interface, service_id: Type.String(), url: Url, ...endpointFields }),
    }),
    update: Type.Object({
      endpoint: Type.Object(
        {
          interface: Type.Optional(Interface),
          service_id: Type.Optional(Type.String()),
          url: Type.Optional(Url),
          ...endpointFields,
        },
        { minProperties: 1 },
      ),
    }),
    who: { list: "reader", show: "reader" },
  }),
});

const regionFields = { description: Type.Optional(Text), parent_region_id: Type.Optional(Text) };
const RegionId = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }));
const Region = Type.Object({ id: Type.String(), description: Type.String(), parent_region_id: Text });

const createRegion = Type.Object({ region: Type.Object({ id: RegionId, ...regionFields }) });

export const region = defineResource({
  name: "region",
  operations: {
    ...crud({
      noun: "region",
      plural: "regions",
      entity: Region,
      query: Type.Object({ parent_region_id: Filter }),
      create: createRegion,
      update: createRegion,
      who: { list: "any", show: "any" },
    }),
    createAs: operation({
      method: "PUT",
      path: "/v3/regions/{region_id}",
      status: 201,
      policy: policy("create_region", "admin"),
      request: createRegion,
      response: Type.Object({ region: Region }),
    }),
  },
});
