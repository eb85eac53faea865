/** What a user needs to log in: `openrc`, `clouds.yaml` and the admin's password, in the state folder, mode 0600. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Secrets } from "./state-folder.ts";

export interface CredentialFiles {
  openrc: string;
  clouds_yaml: string;
  admin_password: string;
}

export function writeCredentials(dir: string, public_url: string, secrets: Secrets): CredentialFiles {
  const files = {
    openrc: join(dir, "openrc"),
    clouds_yaml: join(dir, "clouds.yaml"),
    admin_password: join(dir, "admin-password"),
  };
  const auth_url = `${public_url}/identity`;
  writePrivate(files.openrc, openrc(auth_url, secrets.admin_password));
  writePrivate(files.clouds_yaml, cloudsYaml(auth_url, secrets));
  writePrivate(files.admin_password, `${secrets.admin_password}\n`);
  return files;
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}

function openrc(auth_url: string, password: string): string {
  const variables = {
    OS_AUTH_URL: auth_url,
    OS_USERNAME: "admin",
    OS_PASSWORD: password,
    OS_PROJECT_NAME: "admin",
    OS_USER_DOMAIN_NAME: "Default",
    OS_PROJECT_DOMAIN_NAME: "Default",
    OS_REGION_NAME: "RegionOne",
    OS_IDENTITY_API_VERSION: "3",
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return `# Log in with: . ./openrc\n${lines.join("\n")}\n`;
}

function cloudsYaml(auth_url: string, secrets: Secrets): string {
  const cloud = (name: string, username: string, password: string, project: string): string => `  ${name}:
    auth:
      auth_url: ${auth_url}
      username: ${username}
      password: "${password}"
      project_name: ${project}
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3
`;
  const admin = cloud("cumulet", "admin", secrets.admin_password, "admin");
  return `clouds:\n${admin}${cloud("cumulet-demo", "demo", secrets.demo_password, "demo")}`;
}
