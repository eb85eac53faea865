/** A body that breaks its schema, said as Neutron says it. */
import type { ErrorObject } from "ajv";
import type { ApiError } from "#contracts/kit/errors.ts";
import { errors } from "#contracts/neutron/errors.ts";
import { printed } from "#platform/http/sentences.ts";

type Reason = (error: ErrorObject, value: string) => string;

const reasons: Record<string, Reason> = {
  type: (error, value) => `${value} is not a valid ${wordOf(error.params["type"])}`,
  enum: (error, value) => `${value} is not in ${printed(error.params["allowedValues"])}`,
  format: (error, value) => `${value} is not a valid ${String(error.params["format"]).toUpperCase()}`,
  maxLength: (error, value) => `${value} exceeds maximum length of ${error.params["limit"]}`,
  maxItems: (error) => `Exceeded maximum amount of entries. Available: ${error.params["limit"]}`,
};

function wordOf(type: unknown): string {
  const words: Record<string, string> = { string: "string", object: "dictionary", array: "list", integer: "integer" };
  const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== "null").map(String);
  return types.map((one) => words[one] ?? one).join(" or ");
}

/** The breach that says most: not "null was expected" of an attribute that may also be null. */
function foremost(breaches: readonly ErrorObject[]): ErrorObject | undefined {
  const plain = breaches.filter((one) => one.keyword !== "anyOf" && one.params["type"] !== "null");
  return plain[0] ?? breaches[0];
}

export function neutronRefusal(breaches: readonly ErrorObject[]): ApiError {
  const error = foremost(breaches);
  if (!error) return errors.badRequest({ message: "The request is not valid." });
  const path = error.instancePath.split("/").filter((part) => part !== "");
  const attribute = path.filter((part) => !/^\d+$/.test(part))[1] ?? path[0] ?? "";
  if (error.keyword === "additionalProperties") {
    const extra = String(error.params["additionalProperty"]);
    if (path.length <= 2) return errors.unrecognized({ attributes: extra });
    return errors.invalidAttribute({ attribute, reason: `'${extra}' is not a valid key` });
  }
  if (error.keyword === "required") {
    const missing = String(error.params["missingProperty"]);
    if (path.length === 0) return errors.badRequest({ message: `Unable to find '${missing}' in request body` });
    return errors.missingAttribute({ attribute: missing });
  }
  if (path.length === 0) return errors.badRequest({ message: "Resource body required" });
  const schema = error.parentSchema as Record<string, unknown> | undefined;
  const said = error.keyword === "type" ? undefined : schema?.["x-reason"];
  const own = typeof said === "string" ? said : undefined;
  const value = printed(error.data).slice(0, 300);
  const reason = own?.replaceAll("{value}", value.replace(/^'(.*)'$/s, "$1")) ?? reasons[error.keyword]?.(error, value);
  return errors.invalidAttribute({ attribute, reason: reason ?? `${value}: ${error.message ?? "not valid"}` });
}
