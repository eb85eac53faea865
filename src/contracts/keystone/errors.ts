/** What Keystone says when it says no. The sentences are those that tools match on. */
import { defineErrors } from "../kit/errors.ts";

export const errors = defineErrors({
  notAuthenticated: { status: 401, message: "The request you have made requires authentication." },
  tokenNotFound: { status: 404, message: "Failed to validate token" },
  notFound: { status: 404, message: "Could not find {what}: {id}." },
  assignmentNotFound: {
    status: 404,
    message:
      "Could not find role assignment with role: {role_id}, user or group: {actor_id}, project, domain, or system: {target_id}.",
  },
  conflict: { status: 409, message: "Conflict occurred attempting to store {what} - {detail}." },
  forbidden: { status: 403, message: "{detail}" },
  invalid: { status: 400, message: "{detail}" },
  accessRules: {
    status: 501,
    message: "Cumulet does not have access rules yet, and would not give a credential more than was asked for.",
  },
  notBuilt: { status: 501, message: "Cumulet does not have the authentication method {method} yet." },
});
