/** Schemas of operations compiled on first use, once for each shape that a microversion range has. */
import { isIPv4, isIPv6 } from "node:net";
import type { TSchema } from "typebox";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { breakpoints, schemaAt, viewAt, type SchemaNode, type View } from "#contracts/kit/fields.ts";
import { compareVersions, type Microversion } from "#contracts/kit/versions.ts";
import { isUuid } from "../ids/ids.ts";

export interface Validator {
  /** Undefined when the value fits the schema at that version; otherwise what is wrong. */
  breaches(schema: TSchema, value: unknown, when: Microversion | undefined): readonly ErrorObject[] | undefined;
  /** Lowers a response to a version. */
  view(schema: TSchema, value: unknown, when: Microversion | undefined): unknown;
}

/** `coerce` turns the texts of a query string into the numbers and booleans that its schema names. */
export function makeValidator(options: { coerce: boolean }): Validator {
  const ajv = new Ajv({
    // The schemas are our own, and typed: checking them against the schema of schemas is the longest part of a start.
    meta: false,
    validateSchema: false,
    strict: false,
    verbose: true,
    validateFormats: true,
    coerceTypes: options.coerce ? "array" : false,
    formats: {
      uuid: isUuid,
      ipv4: isIPv4,
      ipv6: isIPv6,
      "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
      base64: /^[A-Za-z0-9+/\s]*={0,2}\s*$/,
    },
  });
  const shapes = new WeakMap<TSchema, Shapes>();
  const shapeOf = (typed: TSchema, when: Microversion | undefined): Shape => {
    const schema: SchemaNode = typed as SchemaNode; // a typebox schema is its own JSON Schema
    let known = shapes.get(typed);
    if (!known) shapes.set(typed, (known = { breaks: breakpoints(schema), made: new Map() }));
    const key = when ? known.breaks.filter((at) => compareVersions(at, when) <= 0).length : -1;
    let shape = known.made.get(key);
    if (!shape) known.made.set(key, (shape = makeShape(ajv, schema, when)));
    return shape;
  };
  return {
    breaches(schema, value, when) {
      const validate = shapeOf(schema, when).validate();
      return validate(value) ? undefined : (validate.errors ?? []);
    },
    view(schema, value, when) {
      const view = shapeOf(schema, when).view();
      return view ? view(value) : value;
    },
  };
}

interface Shape {
  validate(): ValidateFunction;
  view(): View | undefined;
}

interface Shapes {
  breaks: Microversion[];
  made: Map<number, Shape>;
}

function makeShape(ajv: Ajv, schema: SchemaNode, when: Microversion | undefined): Shape {
  let validate: ValidateFunction | undefined;
  let view: { compiled: View | undefined } | undefined;
  return {
    validate: () => (validate ??= ajv.compile(schemaAt(schema, when))),
    view: () => (view ??= { compiled: viewAt(schema, when) }).compiled,
  };
}
