/** A breach of a schema, said as the services say it. */
import type { ErrorObject } from "ajv";

/** A value as the services print it: Python's notation. */
export function printed(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${printed(key)}: ${printed(inner)}`)
      .join(", ")}}`;
  }
  return String(value);
}

type Sentence = (error: ErrorObject, value: string) => string;

const list = (values: unknown): string => (Array.isArray(values) ? values.map(printed).join(", ") : printed(values));

const sentences: Record<string, Sentence> = {
  type: (error, value) => `${value} is not of type ${list(error.params["type"])}`,
  required: (error) => `'${error.params["missingProperty"]}' is a required property`,
  additionalProperties: (error) =>
    `Additional properties are not allowed ('${error.params["additionalProperty"]}' was unexpected)`,
  enum: (error, value) => `${value} is not one of ${printed(error.params["allowedValues"])}`,
  const: (error, value) => `${value} is not one of [${printed(error.params["allowedValue"])}]`,
  pattern: (error, value) => `${value} does not match '${error.params["pattern"]}'`,
  format: (error, value) => `${value} is not a '${error.params["format"]}'`,
  maxLength: (_error, value) => `${value} is too long`,
  minLength: (_error, value) => `${value} is too short`,
  maxItems: (_error, value) => `${value} is too long`,
  minItems: (_error, value) => `${value} is too short`,
  uniqueItems: (_error, value) => `${value} has non-unique elements`,
  minimum: (error, value) => `${value} is less than the minimum of ${error.params["limit"]}`,
  maximum: (error, value) => `${value} is greater than the maximum of ${error.params["limit"]}`,
  minProperties: (_error, value) => `${value} does not have enough properties`,
  maxProperties: (_error, value) => `${value} has too many properties`,
  anyOf: (_error, value) => `${value} is not valid under any of the given schemas`,
  oneOf: (_error, value) => `${value} is not valid under any of the given schemas`,
};

/** The sentence for the first breach that says most: a union's own sentence rather than one of its parts'. */
export function sentenceOf(errors: readonly ErrorObject[]): string {
  const error = errors.find((one) => one.keyword === "anyOf" || one.keyword === "oneOf") ?? errors[0];
  if (!error) return "The request is not valid.";
  const value = printed(error.data).slice(0, 300);
  const said = sentences[error.keyword]?.(error, value) ?? `${value}: ${error.message ?? "not valid"}`;
  const field = error.instancePath.split("/").at(-1);
  const about = error.keyword === "required" || error.keyword === "additionalProperties" || !field;
  return about
    ? said
    : `Invalid input for field/attribute ${field}. Value: ${value.replace(/^'(.*)'$/, "$1")}. ${said}`;
}
