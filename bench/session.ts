/** The administrator at work in the project `demo`: as whom everything is measured. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Cloud } from "./cloud.ts";

export interface Session {
  cloud: Cloud;
  token: string;
  password: string;
  project_id: string;
  /** What a new server is made of. */
  flavor: string;
  image: string;
  network: string;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The same, and anything but success is an error. */
  must(method: string, path: string, body?: unknown): Promise<Answer>;
}

export function passwordLogin(cloud: Cloud, password: string): Promise<Answer> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: "admin", domain, password } } };
  return cloud.ask("POST", "/identity/v3/auth/tokens", {
    auth: { identity, scope: { project: { name: "demo", domain } } },
  });
}

export async function openSession(cloud: Cloud): Promise<Session> {
  const password = readFileSync(join(cloud.state_dir, "admin-password"), "utf8").trim();
  const login = await passwordLogin(cloud, password);
  const token = String(login.headers["x-subject-token"]);
  const project_id = login.body.token.project.id as string;
  const ask: Session["ask"] = (method, path, body) =>
    cloud.ask(method, path, body, { "x-auth-token": token, "openstack-api-version": "compute 2.79" });
  const must: Session["must"] = async (method, path, body) => {
    const answer = await ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const none = -1;
  await must("PUT", `/compute/v2.1/os-quota-sets/${project_id}`, {
    quota_set: { instances: none, cores: none, ram: none },
  });
  await must("PUT", `/network/v2.0/quotas/${project_id}`, { quota: { port: none } });
  const flavors = (await must("GET", "/compute/v2.1/flavors")).body.flavors as { id: string; name: string }[];
  const images = (await must("GET", "/image/v2/images?name=cumulet")).body.images as { id: string }[];
  const networks = (await must("GET", "/network/v2.0/networks?name=private")).body.networks as { id: string }[];
  const [flavor, image, network] = [flavors.find(({ name }) => name === "m1.tiny"), images[0], networks[0]].map(
    (one) => one?.id ?? "",
  );
  return {
    cloud,
    token,
    password,
    project_id,
    flavor: flavor ?? "",
    image: image ?? "",
    network: network ?? "",
    ask,
    must,
  };
}

export function serverBody(session: Session, name: string): unknown {
  const { flavor, image, network } = session;
  return { server: { name, flavorRef: flavor, imageRef: image, networks: [{ uuid: network }] } };
}
