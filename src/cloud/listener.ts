/** The one listener of a cloud: the first part of the path chooses the service, and everything else is the dashboard's. */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import type { Fetcher } from "#platform/http/service.ts";
import { SetupError } from "./state-folder.ts";

export interface Listener {
  /** The port that was taken. */
  port: number;
  close(): Promise<void>;
}

export interface ListenOptions {
  listen: string;
  port: number;
  /** By mount: `/identity`. */
  services: ReadonlyMap<string, Fetcher>;
  dashboard: Fetcher;
}

export function dispatcher(services: ReadonlyMap<string, Fetcher>, dashboard: Fetcher): Fetcher {
  return (request) => {
    const start = request.url.indexOf("/", 8);
    const path = start === -1 ? "/" : request.url.slice(start);
    const mount = /^\/[^/?#]*/.exec(path)?.[0] ?? "/";
    return (services.get(mount) ?? dashboard)(request);
  };
}

/** Resolves when the port is open; a taken port is a {@link SetupError}. */
export function openListener(options: ListenOptions): Promise<Listener> {
  const { listen, port, services, dashboard } = options;
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: dispatcher(services, dashboard), hostname: listen, port, overrideGlobalObjects: false },
      (info) => {
        server.off("error", refuse);
        resolve({ port: info.port, close: () => closeServer(server as Server) });
      },
    );
    const refuse = (error: NodeJS.ErrnoException): void => reject(explain(error, listen, port));
    server.once("error", refuse);
  });
}

function explain(error: NodeJS.ErrnoException, listen: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new SetupError(`Port ${port} on ${listen} is taken by another program. Choose another with --port N.`);
  if (error.code === "EADDRNOTAVAIL")
    return new SetupError(`This machine has no address ${listen}. Choose another with --listen ADDRESS.`);
  if (error.code === "EACCES")
    return new SetupError(`Port ${port} may not be opened by this user. Choose one above 1023 with --port N.`);
  return error;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
