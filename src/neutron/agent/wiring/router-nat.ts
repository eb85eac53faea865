/** Address translation of one router as nft text, for its own namespace. Pure. */
import type { PlannedRouter } from "#contracts/neutron/host-plan.ts";
import { addressOf, parseCidr } from "./addresses.ts";
import { gatewayPortName } from "./names.ts";

const table = "ip cumulet";

/**
 * - a floating IP: destination and source translated one to one on the gateway device;
 * - `enable_snat`: everything else that leaves by the gateway takes the gateway's address;
 * - a guest that talks to a floating IP from inside is given the gateway's address too, or the answer would go past
 *   the router;
 * - a connection through a floating IP ends when the floating IP goes or gets another guest.
 */
export function renderRouter(router: PlannedRouter): string {
  const gateway = router.gateway;
  if (gateway === undefined || !router.admin_state_up) return `add table ${table}\ndelete table ${table}\n`;
  const device = `"${gatewayPortName(gateway.port_id)}"`;
  const own = gateway.address_cidrs.map(addressOf).find((address) => parseCidr(address)?.version === 4);
  const pairs = router.floating_ips;
  const inward = pairs.map((pair) => `${pair.floating_ip} : ${pair.fixed_ip}`).join(", ");
  const sources = new Map(pairs.toReversed().map((pair) => [pair.fixed_ip, pair.floating_ip]));
  const outward = [...sources].map(([fixed, floating]) => `${fixed} : ${floating}`).join(", ");
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    "chain before {",
    "  type filter hook prerouting priority mangle; policy accept;",
    `  iifname ${device} meta mark set 0x2`,
    "}",
    "chain forward {",
    "  type filter hook forward priority filter; policy accept;",
    ...endedTranslations(router, own),
    "}",
    "chain prerouting {",
    "  type nat hook prerouting priority dstnat; policy accept;",
    ...(pairs.length === 0 ? [] : [`  dnat to ip daddr map { ${inward} }`]),
    "}",
    "chain postrouting {",
    "  type nat hook postrouting priority srcnat; policy accept;",
    ...(pairs.length === 0 ? [] : [`  oifname ${device} snat to ip saddr map { ${outward} }`]),
    ...(own === undefined ? [] : [`  meta mark != 0x2 ct status dnat snat to ${own}`]),
    ...(own === undefined || !gateway.enable_snat ? [] : [`  oifname ${device} meta mark != 0x2 snat to ${own}`]),
    "}",
    "}",
    "",
  ].join("\n");
}

/** Connection tracking goes on translating what it once began to; these rules stop what is no longer wanted. */
function endedTranslations(router: PlannedRouter, own: string | undefined): string[] {
  const pairs = router.floating_ips;
  if (pairs.length === 0) {
    const mine = own === undefined ? "" : ` ct reply ip daddr != ${own}`;
    return ["  ct status dnat drop", `  ct status snat${mine} drop`];
  }
  const inward = pairs.map((pair) => `${pair.floating_ip} . ${pair.fixed_ip}`).join(", ");
  const outward = pairs.map((pair) => `${pair.fixed_ip} . ${pair.floating_ip}`).join(", ");
  const floating = pairs.map((pair) => pair.floating_ip);
  const allowed = [...new Set([...floating, ...(own === undefined ? [] : [own])])].join(", ");
  return [
    `  ct status dnat ct original ip daddr . ct reply ip saddr != { ${inward} } drop`,
    `  ct status snat ct reply ip daddr != { ${allowed} } drop`,
    `  ct status snat ct reply ip daddr { ${floating.join(", ")} } ct original ip saddr . ct reply ip daddr != { ${outward} } drop`,
  ];
}
