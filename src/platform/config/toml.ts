/**
 * Configuration files: TOML described by a schema. An unknown key or a wrong type stops the start and is said with the
 * file, the line, and what is allowed there.
 */
import { Ajv, type ErrorObject } from "ajv";
import { parse, TomlError } from "smol-toml";
import type { Static, TObject } from "typebox";

/** Says file, line and what to write instead. */
export class ConfigError extends Error {}

/** The configuration with its defaults filled in. `text` is undefined when there is no file. */
export function readConfig<T extends TObject>(schema: T, text: string | undefined, file: string): Static<T> {
  const given = text === undefined ? {} : parseToml(text, file);
  const ajv = new Ajv({ strict: false, useDefaults: true, allErrors: false, verbose: true });
  const validate = ajv.compile(schema);
  if (validate(given)) return given as Static<T>;
  throw new ConfigError(explain(validate.errors?.[0], text ?? "", file));
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof TomlError)
      throw new ConfigError(`${file}:${error.line}: this is not TOML: ${error.message.split("\n")[0]}`);
    throw error;
  }
}

function explain(error: ErrorObject | undefined, text: string, file: string): string {
  if (!error) return `${file}: not valid`;
  const path = error.instancePath.split("/").filter((part) => part !== "");
  const unknown = error.params["additionalProperty"] as string | undefined;
  const key = unknown ?? path.at(-1) ?? "";
  const section = unknown === undefined ? path.slice(0, -1) : path;
  const where = `${file}:${lineOf(text, section.join("."), key)}`;
  if (unknown !== undefined) {
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {}).join(", ");
    return `${where}: unknown key '${[...section, key].join(".")}'; allowed here: ${known}`;
  }
  return `${where}: '${path.join(".")}' ${error.message ?? "is not valid"}${allowed(error)}`;
}

function allowed(error: ErrorObject): string {
  const values = error.params["allowedValues"] as unknown[] | undefined;
  return values
    ? `: ${values.map((value) => JSON.stringify(value)).join(", ")}`
    : `, but is ${JSON.stringify(error.data)}`;
}

/** The line on which a key of a section stands, from 1; 1 when it cannot be told. */
function lineOf(text: string, section: string, key: string): number {
  let current = "";
  for (const [at, line] of text.split("\n").entries()) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
    if (header !== undefined) current = header;
    if (header !== undefined && header === key && section === "") return at + 1;
    if (current === section && new RegExp(`^\\s*"?${key.replaceAll(/[^\w-]/g, ".")}"?\\s*[=.]`).test(line))
      return at + 1;
  }
  return 1;
}
