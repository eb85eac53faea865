/** The policy of one service: its default rules, and whoever may be asked whether a caller may do a thing to a target. */
import { parseRule, type Check, type Credentials, type Target } from "./parse.ts";

export interface Policy {
  /** True when the rule of that name lets these credentials act on the target. Unknown rules say no. */
  allows(name: string, credentials: Credentials, target: Target): boolean;
}

/** Compiles rules (name → text in oslo.policy's language) on first use; a later entry of the same name wins. */
export function makePolicy(rules: Readonly<Record<string, string>>): Policy {
  const compiled = new Map<string, Check>();
  const find = (name: string): Check | undefined => {
    const known = compiled.get(name);
    if (known) return known;
    const text = rules[name];
    if (text === undefined) return undefined;
    const check = parseRule(text);
    compiled.set(name, check);
    return check;
  };
  return {
    allows(name, credentials, target) {
      const rule = (inner: string): boolean => find(inner)?.({ credentials, target, rule }) ?? false;
      return rule(name);
    },
  };
}
