/**
 * Grants: a role for a user or group on a project, a domain or the system, perhaps inherited by the projects below.
 * The paths are many and alike, so they are made from a table.
 */
import { defineResource, operation, type AnyOperation } from "../kit/resource.ts";
import { policy } from "./rules.ts";

export interface GrantShape {
  target: "project" | "domain" | "system";
  actor: "user" | "group";
  inherited: boolean;
  /** Path of the list of roles; one role is `{roles}/{role_id}` with `suffix` behind it. */
  roles: string;
  suffix: string;
}

function shape(target: GrantShape["target"], actor: GrantShape["actor"], inherited: boolean): GrantShape {
  const on = target === "system" ? "system" : `${target}s/{${target}_id}`;
  const root = inherited ? "/v3/OS-INHERIT/" : "/v3/";
  const suffix = inherited ? "/inherited_to_projects" : "";
  return { target, actor, inherited, roles: `${root}${on}/${actor}s/{${actor}_id}/roles`, suffix };
}

export const grantShapes: readonly GrantShape[] = (["user", "group"] as const).flatMap((actor) => [
  shape("project", actor, false),
  shape("domain", actor, false),
  shape("system", actor, false),
  shape("project", actor, true),
  shape("domain", actor, true),
]);

export type GrantAct = "list" | "check" | "create" | "revoke";

/** The name of an operation: `check_project_user_inherited`. */
export function grantName(act: GrantAct, { target, actor, inherited }: GrantShape): string {
  return `${act}_${target}_${actor}${inherited ? "_inherited" : ""}`;
}

function policyOf(act: GrantAct, { target, actor }: GrantShape) {
  const reading = act === "list" || act === "check";
  if (target !== "system")
    return policy(`${act}_grant${act === "list" ? "s" : ""}`, reading ? "domainReader" : "admin");
  return policy(`${act}_system_grant${act === "list" ? "s" : ""}_for_${actor}`, reading ? "reader" : "admin");
}

function operationsOf(shaped: GrantShape): [string, AnyOperation][] {
  const one = `${shaped.roles}/{role_id}${shaped.suffix}`;
  const made: [GrantAct, AnyOperation][] = [
    ["check", operation({ method: "GET", path: one, status: 204, policy: policyOf("check", shaped) })],
    ["create", operation({ method: "PUT", path: one, status: 204, policy: policyOf("create", shaped) })],
    ["revoke", operation({ method: "DELETE", path: one, status: 204, policy: policyOf("revoke", shaped) })],
  ];
  const all = shaped.roles + shaped.suffix;
  // Keystone lists what is inherited from domains only.
  if (!shaped.inherited || shaped.target === "domain") {
    made.push(["list", operation({ method: "GET", path: all, status: 200, policy: policyOf("list", shaped) })]);
  }
  return made.map(([act, made_operation]) => [grantName(act, shaped), made_operation]);
}

export const grant = defineResource({
  name: "grant",
  operations: Object.fromEntries(grantShapes.flatMap(operationsOf)),
});
