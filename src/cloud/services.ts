/** The services with an API, in the order in which they need one another. The only place where they meet. */
import { startCinderApi } from "#cinder/api/start.ts";
import { openCinderStore } from "#cinder/store/open.ts";
import { startCinderScheduler } from "#cinder/scheduler/start.ts";
import { startGlance, type RunningGlance } from "#glance/service.ts";
import { startKeystone, type RunningKeystone } from "#keystone/service.ts";
import { startNeutronServer, type RunningNeutron } from "#neutron/service.ts";
import { startNovaApi } from "#nova/api/start.ts";
import { startNovaConductor } from "#nova/conductor/start.ts";
import { startMetadata } from "#nova/metadata/start.ts";
import { startNovaScheduler } from "#nova/scheduler/start.ts";
import { openNovaStore, type NovaStore } from "#nova/store/open.ts";
import { startTrace } from "#nova/trace/start.ts";
import { startPlacement } from "#placement/service.ts";
import type { Fetcher } from "#platform/http/service.ts";
import type { RunningRole } from "#platform/role/role.ts";
import { imageStoreOf } from "./drivers.ts";
import type { PartsFactory } from "./parts.ts";
import { serviceCatalog } from "./catalog.ts";
import type { Secrets } from "./state-folder.ts";
import type { CloudConfig } from "./config.ts";

export interface Services {
  roles: RunningRole[];
  keystone: RunningKeystone;
  nova: NovaStore;
  glance: RunningGlance;
  neutron: RunningNeutron;
}

export interface ServicesOptions {
  factory: PartsFactory;
  config: CloudConfig;
  public_url: string;
  secrets: Secrets;
  hosts: readonly string[];
  /** Where services become reachable as they start. */
  mounts: Map<string, Fetcher>;
}

export async function startServices(options: ServicesOptions): Promise<Services> {
  const { factory, secrets, public_url, mounts } = options;
  const roles: RunningRole[] = [];
  const add = async <R extends RunningRole>(starting: Promise<R>): Promise<R> => {
    const role = await starting;
    roles.push(role);
    if (role.mount && role.fetch) mounts.set(role.mount, role.fetch);
    return role;
  };
  const keystone = await add(
    startKeystone(factory.of("keystone", "keystone"), { bootstrap: keystoneContents(secrets, public_url) }),
  );
  await add(startPlacement(factory.of("placement", "placement")));
  await add(startTrace(factory.of("trace", "trace")));
  const images = factory.of("glance-api", "glance");
  const glance = await add(startGlance(images, { store: await imageStoreOf(images) }));
  const neutron = await add(
    startNeutronServer(factory.of("neutron-server", "neutron"), { network_hosts: options.hosts.slice(0, 1) }),
  );
  await startCinder(factory, add);
  const nova = await startNova(factory, secrets, add);
  return { roles, keystone, nova, glance, neutron };
}

type Add = <R extends RunningRole>(starting: Promise<R>) => Promise<R>;

async function startCinder(factory: PartsFactory, add: Add): Promise<void> {
  const api = factory.of("cinder-api", "cinder");
  const store = await openCinderStore(api);
  await add(Promise.resolve({ stop: () => store.close() }));
  await add(startCinderApi(api, { store }));
  await add(startCinderScheduler(factory.of("cinder-scheduler", "cinder"), { store }));
}

async function startNova(factory: PartsFactory, secrets: Secrets, add: Add): Promise<NovaStore> {
  const api = factory.of("nova-api", "nova");
  const store = await openNovaStore(api);
  await add(Promise.resolve({ stop: () => store.close() }));
  await add(startNovaConductor(factory.of("nova-conductor", "nova"), store));
  await add(startNovaScheduler(factory.of("nova-scheduler", "nova"), store));
  await add(startMetadata(factory.of("nova-metadata", "nova"), { store, secret: secrets.metadata_secret }));
  await add(startNovaApi(api, { store }));
  return store;
}

function keystoneContents(
  secrets: Secrets,
  public_url: string,
): NonNullable<Parameters<typeof startKeystone>[1]>["bootstrap"] & object {
  return {
    admin_password: secrets.admin_password,
    demo_password: secrets.demo_password,
    service_users: Object.entries(secrets.service_users).map(([name, password]) => ({
      name,
      password,
      roles: ["service"],
    })),
    services: serviceCatalog(public_url),
  };
}
