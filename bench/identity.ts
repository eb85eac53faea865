/** What logging in and checking tokens costs, and whether one holds up the other. */
import { argon2Sync, randomBytes } from "node:crypto";
import { passwordLogin, type Session } from "./session.ts";
import { spread, type Spread } from "./stats.ts";

export interface IdentityNumbers {
  /** One argon2id check with the cloud's parameters, in this process. */
  argon2_ms: Spread;
  login_ms: Spread;
  rescope_ms: Spread;
  check_ms: Spread;
  /** Token checks while twenty log-ins are under way. */
  check_during_logins_ms: Spread;
}

async function repeat(count: number, work: () => Promise<{ status: number; ms: number }>): Promise<Spread> {
  const values: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const { status, ms } = await work();
    if (status >= 300) throw new Error(`it answered ${status}`);
    values.push(ms);
  }
  return spread(values);
}

export async function measureIdentity({ cloud, token, password, project_id }: Session): Promise<IdentityNumbers> {
  const headers = { "x-auth-token": token, "x-subject-token": token };
  const check = () => cloud.ask("GET", "/identity/v3/auth/tokens", undefined, headers);
  const identity = { methods: ["token"], token: { id: token } };
  const rescope = () =>
    cloud.ask("POST", "/identity/v3/auth/tokens", { auth: { identity, scope: { project: { id: project_id } } } });
  const login = () => passwordLogin(cloud, password);
  for (const warm of [check, rescope]) await repeat(200, warm);
  const check_ms = await repeat(1_000, check);
  const rescope_ms = await repeat(300, rescope);
  await login();
  const login_ms = await repeat(20, login);
  return {
    argon2_ms: argon2(),
    login_ms,
    rescope_ms,
    check_ms,
    check_during_logins_ms: await duringLogins(login, check),
  };
}

async function duringLogins(login: () => Promise<unknown>, check: () => Promise<{ ms: number }>): Promise<Spread> {
  const values: number[] = [];
  let under_way = true;
  const logins = Promise.all(Array.from({ length: 20 }, login)).finally(() => (under_way = false));
  // oxlint-disable-next-line eslint/no-unmodified-loop-condition -- the log-ins end it, from outside of this loop
  while (under_way) values.push((await check()).ms);
  await logins;
  return spread(values);
}

function argon2(): Spread {
  const values: number[] = [];
  for (let at = 0; at < 12; at += 1) {
    const began = performance.now();
    argon2Sync("argon2id", {
      message: "password",
      nonce: randomBytes(16),
      parallelism: 1,
      memory: 19_456,
      passes: 2,
      tagLength: 32,
    });
    values.push(performance.now() - began);
  }
  return spread(values.slice(2));
}
