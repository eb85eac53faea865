/** The Linux bridge wiring with real packets. Needs root; everything happens in namespaces made here. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { HostPlan, PlannedPort } from "#contracts/neutron/host-plan.ts";
import type { Applied, Wiring } from "#neutron/agent/wiring/wiring.ts";
import { systemClock } from "#platform/clock/clock.ts";
import { until } from "#platform/clock/until.ts";
import { exec } from "#platform/exec/exec.ts";
import { datagram, type Guest, hear, type Lab, wiringLab } from "./wiring-lab.ts";
import {
  anyOut,
  externalNetwork,
  pingIn,
  plan,
  router,
  somePort,
  tcpIn,
  tenantNetwork,
  withHosts,
} from "./wiring-plan.ts";

const signal = new AbortController().signal;

/** Applies, and fails with the reasons when anything is in ERROR. */
async function good(wiring: Wiring, wanted: HostPlan): Promise<Applied> {
  const applied = await wiring.apply(wanted, signal);
  const { ports, networks, routers } = applied.report;
  assert.deepEqual([...ports, ...networks, ...routers].filter((item) => item.status === "ERROR"), []); // prettier-ignore
  return applied;
}

describe("the wiring of one host", () => {
  const red = tenantNetwork(true);
  const blue = tenantNetwork(false);
  const outside = externalNetwork();
  const a = somePort(red.id, 11, [anyOut, pingIn, tcpIn(22)]);
  const b = somePort(red.id, 12, [anyOut, pingIn, tcpIn(80, ["10.0.0.11/32"]), { ...tcpIn(5001), protocol: "udp" }]);
  const c = somePort(blue.id, 11, [anyOut, pingIn, { ...tcpIn(5000), protocol: "udp" }]);
  const d = somePort(blue.id, 12, [anyOut, pingIn]);
  const ports = [a, b, c, d];
  const way = router(red.id, outside.id, { "172.24.4.50": "10.0.0.12" });
  const whole = plan({
    networks: [withHosts(red, ports), withHosts(blue, ports), outside],
    ports,
    routers: [way],
  });
  let lab: Lab;
  let wiring: Wiring;
  let guests: Record<"a" | "b" | "c" | "d", Guest>;

  before(async () => {
    lab = await wiringLab();
    wiring = lab.wiring();
    guests = { a: await lab.guest(a), b: await lab.guest(b), c: await lab.guest(c), d: await lab.guest(d) };
  });
  after(async () => {
    await wiring.clear();
    await lab.end();
  });

  it("makes everything, and the second time nothing", async () => {
    const first = await good(wiring, whole);
    assert.ok(first.changes.length > 20);
    assert.deepEqual((await good(wiring, { ...whole, revision: 2 })).changes, []);
  });

  it("gives addresses, MTU, routes and names by DHCP", async () => {
    const lease = await guests.a.dhcp();
    assert.equal(lease?.["ip"], "10.0.0.11");
    assert.equal(lease["router"], "10.0.0.1");
    assert.equal(lease["dns"], "10.0.0.2");
    assert.equal(lease["mtu"], "1450");
    assert.equal(lease["hostname"], "vm11");
    assert.equal(lease["domain"], "cloud.example");
    assert.equal((await guests.b.dhcp())?.["ip"], "10.0.0.12");
    const isolated = await guests.c.dhcp();
    assert.equal(isolated?.["router"], "");
    assert.match(isolated["staticroutes"] ?? "", /169\.254\.169\.254\/32 10\.0\.0\.2/);
    assert.equal((await guests.d.dhcp())?.["ip"], "10.0.0.12");
  });

  it("names the guests of a network, both ways", async () => {
    const there = await guests.a.run(["busybox", "nslookup", "vm12.cloud.example", "10.0.0.2"]);
    assert.match(there.stdout, /Address.*10\.0\.0\.12/);
    const back = await guests.a.run(["busybox", "nslookup", "10.0.0.12", "10.0.0.2"]);
    assert.match(back.stdout, /vm12\.cloud\.example/);
  });

  it("lets in what the groups allow and nothing else", async () => {
    await lab.serve(guests.a, 22, "ssh");
    await lab.serve(guests.a, 23, "telnet");
    await lab.serve(guests.b, 80, "web");
    assert.ok(await guests.a.ping("10.0.0.12"));
    assert.equal(await hear(guests.b.run, "10.0.0.11", 22), "ssh");
    assert.equal(await hear(guests.b.run, "10.0.0.11", 23), "");
    assert.equal(await hear(guests.a.run, "10.0.0.12", 80), "web");
  });

  it("drops spoofed addresses, MACs and ARP", async () => {
    await guests.a.run(["ip", "addr", "add", "10.0.0.99/24", "dev", "eth0"]);
    const from = await guests.a.run(["busybox", "ping", "-c1", "-W1", "-I", "10.0.0.99", "10.0.0.12"]);
    assert.notEqual(from.code, 0);
    const arp = await guests.a.run(["busybox", "arping", "-c1", "-w1", "-I", "eth0", "-s", "10.0.0.99", "10.0.0.12"]);
    assert.match(arp.stdout, /Received 0/);
    await guests.a.run(["ip", "addr", "del", "10.0.0.99/24", "dev", "eth0"]);
    await guests.a.run(["ip", "link", "set", "eth0", "address", "fa:16:3e:00:00:99"]);
    assert.equal(await guests.a.ping("10.0.0.12"), false);
    await guests.a.run(["ip", "link", "set", "eth0", "address", a.mac]);
    await guests.a.run(["ip", "route", "replace", "default", "via", "10.0.0.1"]);
    assert.ok(await guests.a.ping("10.0.0.12"));
  });

  it("keeps two networks with the same addresses apart", async () => {
    const heard = async (asker: Guest): Promise<string> => hear(asker.run, "10.0.0.12", 80);
    assert.equal(await heard(guests.a), "web");
    assert.equal(await heard(guests.c), "", "the other network's service must not answer");
    assert.ok(await guests.c.ping("10.0.0.12"), "but its own neighbour does");
    // Red opens 11:5000 -> 12:5001. In blue the mirror image of that is a new connection of its own and must pass.
    assert.equal(await datagram(guests.a, "10.0.0.11", 5000, guests.b, "10.0.0.12", 5001), "hello");
    assert.equal(await datagram(guests.d, "10.0.0.12", 5001, guests.c, "10.0.0.11", 5000), "hello");
  });

  it("shows the host to no guest of a tenant network", async () => {
    const wire = `brq${blue.id.slice(0, 11)}`;
    const shown = await lab.run(["ip", "-j", "link", "show", wire]);
    const mac = (JSON.parse(shown.stdout) as { address: string }[])[0]?.address ?? "";
    // Even with a way there and back, and the right MAC.
    await lab.run(["ip", "route", "replace", "10.0.0.11/32", "dev", wire]);
    await guests.c.run(["ip", "route", "replace", "172.24.4.1/32", "dev", "eth0"]);
    assert.equal(await guests.c.ping("172.24.4.1"), false);
    await guests.c.run(["ip", "neigh", "replace", "172.24.4.1", "lladdr", mac, "dev", "eth0"]);
    await lab.run(["ip", "neigh", "replace", "10.0.0.11", "lladdr", c.mac, "dev", wire]);
    assert.equal(await guests.c.ping("172.24.4.1"), false);
    await lab.run(["ip", "route", "del", "10.0.0.11/32"]);
  });

  it("translates: floating IP from the host, everything else by the gateway's address", async () => {
    const service = await lab.serve(undefined, 6666, "host");
    assert.ok(await lab.ping("172.24.4.50"));
    assert.equal(await hear(lab.run, "172.24.4.50", 80), "", "port 80 is only for 10.0.0.11");
    assert.equal(await hear(guests.a.run, "172.24.4.1", 6666), "host");
    assert.equal(service.callers.at(-1), "172.24.4.10");
    assert.equal(await hear(guests.b.run, "172.24.4.1", 6666), "host");
    assert.equal(service.callers.at(-1), "172.24.4.50");
    assert.ok(await guests.a.ping("172.24.4.50"), "a floating IP also answers from inside");
  });

  it("serves metadata with a signed identity, through the router and through DHCP", async () => {
    for (const [guest, port] of [
      [guests.a, a],
      [guests.c, c],
    ] as const) {
      const forged = ["--header", "X-Instance-ID: somebody-else", "--header", "X_Tenant_ID: root"];
      const url = "http://169.254.169.254/openstack/latest/meta_data.json";
      const got = await guest.run(["busybox", "wget", "-qO-", ...forged, url]);
      assert.equal(got.stdout, `you are ${port.device_id}`);
      const request = lab.metadataRequests.at(-1);
      assert.equal(request?.path, "/openstack/latest/meta_data.json");
      assert.equal(request.headers["x-tenant-id"], port.project_id);
      assert.equal(request.headers["x-forwarded-for"], "10.0.0.11");
      const signature = createHmac("sha256", lab.secret).update(port.device_id).digest("hex");
      assert.equal(request.headers["x-instance-id-signature"], signature);
      assert.equal(Object.keys(request.headers).includes("x_tenant_id"), false);
    }
  });

  it("closes an open connection when the rule that let it in is gone", async () => {
    const ping = async (): Promise<boolean> => guests.a.ping("10.0.0.12");
    const flow = guests.a.run(["busybox", "ping", "-c6", "-i1", "-W1", "10.0.0.12"]);
    assert.ok(await ping());
    const closed = { ...whole, ports: ports.map((port) => (port === b ? { ...b, rules: [anyOut] } : port)) };
    await good(wiring, closed);
    const result = await flow;
    assert.ok(!/, 0% packet loss/.test(result.stdout), result.stdout);
    assert.equal(await ping(), false);
    await good(wiring, whole);
    assert.ok(await ping());
  });

  it("keeps an open connection when a rule beside it comes or goes", async () => {
    const slow = await lab.serve(guests.b, 81, "first ");
    const opened = { ...b, rules: [...b.rules, tcpIn(81)] };
    const swap = (port: PlannedPort): HostPlan => ({ ...whole, ports: ports.map((old) => (old === b ? port : old)) });
    await good(wiring, swap(opened));
    const heard = guests.a.run(["timeout", "5", "busybox", "wget", "-qO-", "http://10.0.0.12:81/slow"]);
    await until(systemClock(), async () => slow.held(), { limit_ms: 3000, what: "the request to arrive" });
    await good(wiring, swap({ ...opened, rules: [...opened.rules, tcpIn(8080)] }));
    slow.release("second");
    assert.equal((await heard).stdout, "first second");
    await good(wiring, whole);
  });

  it("ends open connections through a floating IP that is taken away", async () => {
    const slow = await lab.serve(guests.b, 82, "first ");
    const opened = {
      ...whole,
      ports: ports.map((old) => (old === b ? { ...b, rules: [...b.rules, tcpIn(82)] } : old)),
    };
    await good(wiring, opened);
    const heard = lab.run(["timeout", "4", "busybox", "wget", "-qO-", "http://172.24.4.50:82/slow"]);
    await until(systemClock(), async () => slow.held(), { limit_ms: 3000, what: "the request to arrive" });
    await good(wiring, { ...opened, routers: [{ ...way, floating_ips: [] }] });
    slow.release("second");
    assert.equal((await heard).stdout, "first ");
    await good(wiring, whole);
    assert.ok(await lab.ping("172.24.4.50"));
  });

  it("filters nothing where port security is off", async () => {
    const free = { ...a, port_security: false, rules: [] };
    await good(wiring, { ...whole, ports: ports.map((port) => (port === a ? free : port)) });
    assert.ok(await guests.b.ping("10.0.0.11"));
    await guests.a.run(["ip", "addr", "add", "10.0.0.99/24", "dev", "eth0"]);
    const ping = ["busybox", "ping", "-c1", "-W1", "-I", "10.0.0.99", "10.0.0.12"] as const;
    assert.equal((await guests.a.run(ping)).code, 0);
    await good(wiring, whole);
    assert.notEqual((await guests.a.run(ping)).code, 0);
    await guests.a.run(["ip", "addr", "del", "10.0.0.99/24", "dev", "eth0"]);
  });

  it("serves a new guest without a restart of DHCP", async () => {
    const late = somePort(blue.id, 33, [anyOut]);
    const guest = await lab.guest(late);
    const all = [...ports, late];
    const { changes } = await good(wiring, { ...whole, networks: [withHosts(red, all), withHosts(blue, all), outside], ports: all }); // prettier-ignore
    assert.ok(
      changes.some((change) => change.includes("read again")),
      changes.join("\n"),
    );
    assert.equal((await guest.dhcp())?.["ip"], "10.0.0.33");
    const there = await guests.c.run(["busybox", "nslookup", "vm33.cloud.example", "10.0.0.2"]);
    assert.match(there.stdout, /10\.0\.0\.33/);
    const stranger = await guest.run(["ip", "link", "set", "eth0", "address", "fa:16:3e:12:34:56"]);
    assert.equal(stranger.code, 0);
    assert.equal(await guest.dhcp(), undefined);
    await guest.run(["ip", "link", "set", "eth0", "address", late.mac]);
    // Options of its own: 66 is the TFTP server.
    const options = [{ name: "tftp-server", value: "10.0.0.7", ip_version: 4 as const }];
    const network = withHosts(blue, all);
    const hosts = network.dhcp.hosts.map((host) => (host.port_id === late.id ? { ...host, options } : host));
    const tagged = { ...network, dhcp: { ...network.dhcp, hosts } };
    await good(wiring, { ...whole, networks: [withHosts(red, all), tagged, outside], ports: all });
    assert.equal((await guest.dhcp())?.["tftp"], "10.0.0.7");
    await good(wiring, whole);
    assert.ok((await wiring.observe()).dhcp.includes(blue.id), "still alive");
    assert.deepEqual((await good(wiring, whole)).changes, []);
  });

  it("repairs what was broken behind its back, also as a new process", async () => {
    await lab.run(["ip", "link", "set", `tap${a.id.slice(0, 11)}`, "nomaster"]);
    await lab.run(["ip", "link", "del", `tap${way.interfaces[0]?.port_id.slice(0, 11)}`]);
    await lab.run(["nft", "flush", "chain", "inet", `cumulet_${lab.cloud_id.replaceAll("-", "_")}`, "forward"]);
    await exec(["ip", "netns", "del", `qdhcp-${blue.id}`]);
    await wiring.close();
    wiring = lab.wiring();
    await good(wiring, whole);
    assert.deepEqual((await good(wiring, whole)).changes, []);
    assert.ok(await guests.a.ping("10.0.0.12"));
    assert.ok(await lab.ping("172.24.4.50"));
    assert.equal((await guests.c.dhcp())?.["ip"], "10.0.0.11");
    const again = await guests.c.run(["busybox", "wget", "-qO-", "http://169.254.169.254/"]);
    assert.equal(again.stdout, `you are ${c.device_id}`);
  });

  it("stops half way when told, and the next pass ends it", async () => {
    const stop = new AbortController();
    const extra = tenantNetwork(false);
    const more = { ...whole, networks: [...whole.networks, extra] };
    const running = wiring.apply(more, stop.signal);
    setTimeout(() => stop.abort(new Error("killed")), 60);
    await assert.rejects(running, /killed/);
    await good(wiring, more);
    assert.deepEqual((await good(wiring, more)).changes, []);
    await good(wiring, whole);
    assert.equal((await wiring.observe()).namespaces.includes(`qdhcp-${extra.id}`), false);
  });

  it("reports one bad port and wires the others", async () => {
    const bad = { ...somePort(red.id, 66, []), addresses: ["10.0.0.66; drop"] };
    const odd = { ...somePort(red.id, 67, [{ ...anyOut, protocol: "carrier-pigeon" }]) };
    const fine = somePort(red.id, 68, [anyOut]);
    const { report } = await wiring.apply({ ...whole, ports: [...ports, bad, odd, fine] }, signal);
    const status = new Map(report.ports.map((port) => [port.id, port]));
    assert.equal(status.get(bad.id)?.status, "ERROR");
    assert.match(status.get(odd.id)?.reason ?? "", /unknown protocol/);
    assert.equal(status.get(fine.id)?.status, "ACTIVE");
    assert.ok(await guests.a.ping("10.0.0.12"));
    const links = await lab.run(["ip", "-j", "-d", "link", "show", "type", "tun"]);
    assert.ok(links.stdout.includes(`tap${fine.id.slice(0, 11)}`));
    await good(wiring, whole);
  });

  it("gives a used address to its next owner at once", async () => {
    const heir = { ...somePort(blue.id, 11, [anyOut, pingIn]), mac: "fa:16:3e:00:00:77" };
    const guest = await lab.guest(heir);
    const heirs = [a, b, heir, d];
    await good(wiring, plan({ ...whole, networks: [withHosts(red, heirs), withHosts(blue, heirs), outside], ports: heirs })); // prettier-ignore
    assert.equal((await guest.dhcp())?.["ip"], "10.0.0.11");
  });

  it("touches nothing that is not its own, and leaves nothing of its own", async () => {
    await lab.run(["ip", "link", "add", "tap00000000-00", "type", "bridge"]);
    await lab.run(["nft", "add", "table", "inet", "cumulet_other"]);
    await wiring.clear();
    assert.deepEqual(await wiring.observe(), { devices: [], namespaces: [], dhcp: [], metadata: [] });
    const links = await lab.run(["ip", "-j", "link", "show"]);
    const left = (JSON.parse(links.stdout) as { ifname: string }[]).map((link) => link.ifname);
    assert.deepEqual(left, ["lo", "tap00000000-00"]);
    assert.equal((await lab.run(["nft", "list", "tables"])).stdout.trim(), "table inet cumulet_other");
  });
});
