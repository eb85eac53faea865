/** Traits: what a provider can, without amounts. And resource classes: what can be counted. */
import { Type } from "typebox";
import { defineResource, operation } from "../kit/resource.ts";
import { Filter, Generation, reads, strict, TraitName, writes } from "./kit.ts";

const ofProvider = "/resource_providers/{uuid}/traits";
const ProviderTraits = Type.Object({ traits: Type.Array(TraitName), resource_provider_generation: Generation }, strict);

export const trait = defineResource({
  name: "trait",
  operations: {
    list: operation({
      method: "GET",
      path: "/traits",
      status: 200,
      since: "1.6",
      policy: reads("traits:list"),
      query: Type.Object({ name: Filter, associated: Filter }, strict),
      response: Type.Object({ traits: Type.Array(Type.String()) }),
    }),
    check: operation({
      method: "GET",
      path: "/traits/{name}",
      status: 204,
      since: "1.6",
      policy: reads("traits:show"),
    }),
    create: operation({
      method: "PUT",
      path: "/traits/{name}",
      status: 201,
      since: "1.6",
      policy: writes("traits:update"),
    }),
    remove: operation({
      method: "DELETE",
      path: "/traits/{name}",
      status: 204,
      since: "1.6",
      policy: writes("traits:delete"),
    }),
    ofProvider: operation({
      method: "GET",
      path: ofProvider,
      status: 200,
      since: "1.6",
      policy: reads("resource_providers:traits:list"),
      response: ProviderTraits,
    }),
    replaceOfProvider: operation({
      method: "PUT",
      path: ofProvider,
      status: 200,
      since: "1.6",
      policy: writes("resource_providers:traits:update"),
      request: Type.Object(
        { ...ProviderTraits.properties, traits: Type.Array(TraitName, { uniqueItems: true }) },
        strict,
      ),
      response: ProviderTraits,
    }),
    removeOfProvider: operation({
      method: "DELETE",
      path: ofProvider,
      status: 204,
      since: "1.6",
      policy: writes("resource_providers:traits:delete"),
    }),
  },
});

const CustomClass = Type.String({ pattern: "^CUSTOM_[A-Z0-9_]+$", maxLength: 255 });
const ResourceClass = Type.Object({
  name: Type.String(),
  links: Type.Array(Type.Object({ rel: Type.String(), href: Type.String() })),
});
const oneClass = "/resource_classes/{name}";

export const resourceClass = defineResource({
  name: "resource_class",
  operations: {
    list: operation({
      method: "GET",
      path: "/resource_classes",
      status: 200,
      since: "1.2",
      policy: reads("resource_classes:list"),
      response: Type.Object({ resource_classes: Type.Array(ResourceClass) }),
    }),
    create: operation({
      method: "POST",
      path: "/resource_classes",
      status: 201,
      since: "1.2",
      policy: writes("resource_classes:create"),
      request: Type.Object({ name: CustomClass }, strict),
    }),
    show: operation({
      method: "GET",
      path: oneClass,
      status: 200,
      since: "1.2",
      policy: reads("resource_classes:show"),
      response: ResourceClass,
    }),
    rename: operation({
      method: "PUT",
      path: oneClass,
      status: 200,
      since: "1.2",
      until: "1.6",
      policy: writes("resource_classes:update"),
      request: Type.Object({ name: CustomClass }, strict),
      response: ResourceClass,
    }),
    ensure: operation({
      method: "PUT",
      path: oneClass,
      status: 201,
      since: "1.7",
      policy: writes("resource_classes:update"),
    }),
    remove: operation({
      method: "DELETE",
      path: oneClass,
      status: 204,
      since: "1.2",
      policy: writes("resource_classes:delete"),
    }),
  },
});
