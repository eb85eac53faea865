/**
 * oslo.policy's language, parsed into closures. Grammar:
 * `rule := or; or := and ("or" and)*; and := not ("and" not)*; not := "not" not | "(" rule ")" | check`;
 * a check is `@` (always), `!` (never), `rule:name`, `role:name`, `key:%(target)s`, `'literal':%(target)s`, `key:value`.
 */

/** What a token says of the caller, under oslo.policy's names. */
export type Credentials = Readonly<Record<string, unknown>> & { readonly roles: readonly string[] };
export type Target = Readonly<Record<string, unknown>>;

export interface PolicyScope {
  credentials: Credentials;
  target: Target;
  /** Answers `rule:name`; an unknown rule is false. */
  rule(name: string): boolean;
}

export type Check = (scope: PolicyScope) => boolean;

/** A rule that cannot be read: says where. */
export class PolicySyntaxError extends Error {}

/** Compiles one rule; the empty text is always true, as oslo.policy has it. */
export function parseRule(text: string): Check {
  const tokens = tokenize(text);
  if (tokens.length === 0) return () => true;
  const cursor = { tokens, at: 0, text };
  const check = parseOr(cursor);
  if (cursor.at < tokens.length) throw new PolicySyntaxError(`'${text}': unexpected '${tokens[cursor.at]}'`);
  return check;
}

interface Cursor {
  tokens: string[];
  at: number;
  text: string;
}

function tokenize(text: string): string[] {
  return text.match(/\(|\)(?!s)|(?:%\([^)]*\)s|'[^']*'|"[^"]*"|[^\s()%])+|%/g) ?? [];
}

function parseOr(cursor: Cursor): Check {
  const parts = [parseAnd(cursor)];
  while (cursor.tokens[cursor.at]?.toLowerCase() === "or") {
    cursor.at += 1;
    parts.push(parseAnd(cursor));
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : (scope) => parts.some((part) => part(scope));
}

function parseAnd(cursor: Cursor): Check {
  const parts = [parseNot(cursor)];
  while (cursor.tokens[cursor.at]?.toLowerCase() === "and") {
    cursor.at += 1;
    parts.push(parseNot(cursor));
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : (scope) => parts.every((part) => part(scope));
}

function parseNot(cursor: Cursor): Check {
  const token = cursor.tokens[cursor.at];
  cursor.at += 1;
  if (token === undefined) throw new PolicySyntaxError(`'${cursor.text}': ends too early`);
  if (token.toLowerCase() === "not") {
    const inner = parseNot(cursor);
    return (scope) => !inner(scope);
  }
  if (token !== "(") return parseCheck(token, cursor.text);
  const inner = parseOr(cursor);
  if (cursor.tokens[cursor.at] !== ")") throw new PolicySyntaxError(`'${cursor.text}': a ')' is missing`);
  cursor.at += 1;
  return inner;
}

function parseCheck(token: string, text: string): Check {
  if (token === "@") return () => true;
  if (token === "!") return () => false;
  const colon = token.startsWith("'") ? token.indexOf(":", token.indexOf("'", 1)) : token.indexOf(":");
  if (colon < 1) throw new PolicySyntaxError(`'${text}': '${token}' is not a check`);
  const kind = token.slice(0, colon);
  const match = token.slice(colon + 1);
  if (kind === "rule") return (scope) => scope.rule(match);
  if (kind === "role") return roleCheck(match);
  return genericCheck(kind, match);
}

function roleCheck(match: string): Check {
  return ({ credentials, target }) => {
    const wanted = expand(match, target)?.toLowerCase();
    return wanted !== undefined && credentials.roles.some((role) => role.toLowerCase() === wanted);
  };
}

function genericCheck(kind: string, match: string): Check {
  const literal = /^'(.*)'$/.exec(kind)?.[1];
  return ({ credentials, target }) => {
    const wanted = expand(match, target);
    if (wanted === undefined) return false;
    if (literal !== undefined) return literal === wanted;
    return asText(lookup(credentials, kind)) === wanted;
  };
}

/** Replaces `%(name)s` by the target's value; undefined when the target has no such value, which fails the check. */
function expand(match: string, target: Target): string | undefined {
  let missing = false;
  const text = match.replaceAll(/%\(([^)]*)\)s/g, (_whole, name: string) => {
    const value = name in target ? target[name] : lookup(target, name);
    if (value === undefined || value === null) missing = true;
    return asText(value) ?? "";
  });
  return missing ? undefined : text;
}

function lookup(source: Readonly<Record<string, unknown>>, dotted: string): unknown {
  if (dotted in source) return source[dotted];
  return dotted.split(".").reduce<unknown>((value, part) => {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }, source);
}

function asText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
