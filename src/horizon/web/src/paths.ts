/** Every address of the dashboard. */
export const paths = {
  login: "/login",
  servers: "/servers",
  launch: "/servers/new",
  server: "/servers/$serverId",
  images: "/images",
  flavors: "/flavors",
  keypairs: "/key-pairs",
  networks: "/networks",
  floatingIps: "/floating-ips",
  volumes: "/volumes",
} as const;
