/**
 * Errors are tables (law 6): a stable code, the status, and the sentence for the user with `{fields}`. Services throw
 * only what their table makes; `platform/http` turns it into the service's own OpenStack envelope.
 */
export interface ErrorSpec {
  status: number;
  /** Sentence for the user; `{name}` is replaced by the field of that name. */
  message: string;
  /** Neutron's exception name (`NetworkNotFound`), Placement's code; left out elsewhere. */
  type?: string;
}

/** An error that a user may see. `context` and `cause` are for the operator's log only. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly type: string | undefined;
  readonly context: Record<string, unknown>;
  readonly headers: Record<string, string>;
  constructor(code: string, spec: ErrorSpec, fields: Record<string, unknown> = {}, options: ApiErrorOptions = {}) {
    super(fill(spec.message, fields), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = spec.status;
    this.type = spec.type;
    this.context = fields;
    this.headers = options.headers ?? {};
  }
}

export interface ApiErrorOptions {
  cause?: unknown;
  headers?: Record<string, string>;
}

function fill(message: string, fields: Record<string, unknown>): string {
  return message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in fields ? String(fields[name]) : whole));
}

export type ErrorFactory = (fields?: Record<string, unknown>, options?: ApiErrorOptions) => ApiError;

/** Turns a table of errors into one factory for each: `throw errors.flavorNotFound({ flavor_id })`. */
export function defineErrors<T extends Record<string, ErrorSpec>>(table: T): { [K in keyof T]: ErrorFactory } {
  const factories = Object.entries(table).map(([code, spec]) => {
    const factory: ErrorFactory = (fields, options) => new ApiError(code, spec, fields, options);
    return [code, factory] as const;
  });
  return Object.fromEntries(factories) as { [K in keyof T]: ErrorFactory };
}
