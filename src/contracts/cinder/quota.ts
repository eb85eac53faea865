/** Quotas of projects and what they use. */
import { Type } from "typebox";
import { at } from "../kit/fields.ts";
import { defineResource, operation } from "../kit/resource.ts";
import { rules } from "./rules.ts";

/** Name → number; with `usage=True` an object of limit, in_use, reserved. -1 is no limit. */
const QuotaSet = Type.Object({ quota_set: Type.Record(Type.String(), Type.Unknown()) });
const Anything = Type.Object({}, { additionalProperties: Type.Unknown() });
const one = "/v3/os-quota-sets/{target_id}";
const show = { name: "volume_extension:quotas:show", rule: rules.reads };

export const quotaSet = defineResource({
  name: "volume quota",
  operations: {
    show: operation({ method: "GET", path: one, policy: show, status: 200, query: Anything, response: QuotaSet }),
    defaults: operation({ method: "GET", path: `${one}/defaults`, policy: show, status: 200, response: QuotaSet }),
    update: operation({
      method: "PUT",
      path: one,
      policy: { name: "volume_extension:quotas:update", rule: rules.admin },
      status: 200,
      query: Anything,
      request: QuotaSet,
      response: QuotaSet,
    }),
    delete: operation({
      method: "DELETE",
      path: one,
      policy: { name: "volume_extension:quotas:delete", rule: rules.admin },
      status: 200,
    }),
  },
});

export const volumeLimits = defineResource({
  name: "volume limits",
  operations: {
    show: operation({
      method: "GET",
      path: "/v3/limits",
      policy: { name: "limits_extension:used_limits", rule: rules.reads },
      status: 200,
      query: Type.Object(
        { project_id: Type.Optional(at({ since: "3.39" }, Type.String())) },
        { additionalProperties: Type.Unknown() },
      ),
      response: Type.Object({
        limits: Type.Object({ rate: Type.Array(Type.Unknown()), absolute: Type.Record(Type.String(), Type.Integer()) }),
      }),
    }),
  },
});
