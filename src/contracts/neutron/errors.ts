/** What Neutron refuses. Types and sentences are those of the real service, because tools match on both. */
import { defineErrors } from "../kit/errors.ts";

const notFound = (type: string, message: string) => ({ status: 404, type, message });
const conflict = (type: string, message: string) => ({ status: 409, type, message });
const bad = (type: string, message: string) => ({ status: 400, type, message });

export const errors = defineErrors({
  networkNotFound: notFound("NetworkNotFound", "Network {id} could not be found."),
  subnetNotFound: notFound("SubnetNotFound", "Subnet {id} could not be found."),
  portNotFound: notFound("PortNotFound", "Port {id} could not be found."),
  routerNotFound: notFound("RouterNotFound", "Router {id} could not be found"),
  floatingIpNotFound: notFound("FloatingIPNotFound", "Floating IP {id} could not be found"),
  securityGroupNotFound: notFound("SecurityGroupNotFound", "Security group {id} does not exist"),
  securityGroupRuleNotFound: notFound("SecurityGroupRuleNotFound", "Security group rule {id} does not exist"),
  agentNotFound: notFound("AgentNotFound", "Agent {id} could not be found."),
  extensionNotFound: notFound("HTTPNotFound", "Extension with alias {alias} does not exist"),
  tagNotFound: notFound("TagNotFound", "Tag {tag} could not be found."),
  availabilityZoneNotFound: notFound(
    "AvailabilityZoneNotFound",
    "AvailabilityZone {availability_zone} could not be found.",
  ),
  tenantQuotaNotFound: notFound("TenantQuotaNotFound", "Quota for tenant {id} could not be found."),

  badRequest: bad("HTTPBadRequest", "{message}"),
  invalidAttribute: bad("HTTPBadRequest", "Invalid input for {attribute}. Reason: {reason}."),
  unrecognized: bad("HTTPBadRequest", "Unrecognized attribute(s) '{attributes}'"),
  missingAttribute: bad("HTTPBadRequest", "Failed to parse request. Required attribute '{attribute}' not specified"),
  cannotUpdate: bad("HTTPBadRequest", "Cannot update read-only attribute {attribute}"),
  invalidInput: bad("InvalidInput", "Invalid input for operation: {error_message}."),
  preconditionFailed: {
    status: 412,
    type: "RevisionNumberConstraintFailed",
    message: "Constrained to {expected}, but current revision is {current}",
  },

  networkInUse: conflict(
    "NetworkInUse",
    "Unable to complete operation on network {id}. There are one or more ports still in use on the network.",
  ),
  subnetInUse: conflict("SubnetInUse", "Unable to complete operation on subnet {id}: {reason}."),
  gatewayIpInUse: conflict(
    "GatewayIpInUse",
    "Current gateway ip {ip_address} already in use by port {port_id}. Unable to update.",
  ),
  gatewayConflict: conflict(
    "GatewayConflictWithAllocationPools",
    "Gateway ip {ip_address} conflicts with allocation pool {pool}.",
  ),
  overlappingPools: conflict(
    "OverlappingAllocationPools",
    "Found overlapping allocation pools: {pool_1} {pool_2} for subnet {subnet_cidr}.",
  ),
  invalidPool: bad("InvalidAllocationPool", "The allocation pool {pool} is not valid."),
  outOfBoundsPool: bad(
    "OutOfBoundsAllocationPool",
    "The allocation pool {pool} spans beyond the subnet cidr {subnet_cidr}.",
  ),
  flatNetworkInUse: conflict(
    "FlatNetworkInUse",
    "Unable to create the flat network. Physical network {physical_network} is in use.",
  ),
  externalNetworkInUse: conflict(
    "ExternalNetworkInUse",
    "External network {id} cannot be updated to be made non-external, since it has existing gateway ports.",
  ),
  invalidSharedSetting: conflict(
    "InvalidSharedSetting",
    "Unable to reconfigure sharing settings for network {network}. Multiple tenants are using it.",
  ),

  portInUse: conflict(
    "PortInUse",
    "Unable to complete operation on port {port_id} for network {net_id}. Port already has an attached device {device_id}.",
  ),
  portBound: conflict(
    "PortBound",
    "Unable to complete operation on port {port_id}, port is already bound, port type: {vif_type}, old_mac {old_mac}, new_mac {new_mac}.",
  ),
  servicePortInUse: conflict(
    "ServicePortInUse",
    "Port {port_id} cannot be deleted directly via the port API: {reason}.",
  ),
  macAddressInUse: conflict(
    "MacAddressInUse",
    "Unable to complete operation for network {net_id}. The mac address {mac} is in use.",
  ),
  /** What Zed answers for a fixed IP that is taken; `IpAddressInUse` is its name before pluggable IPAM. */
  ipAddressInUse: conflict("IpAddressAlreadyAllocated", "IP address {ip} already allocated in subnet {subnet_id}"),
  ipAddressGenerationFailure: conflict(
    "IpAddressGenerationFailure",
    "No more IP addresses available on network {net_id}.",
  ),
  invalidIpForNetwork: bad(
    "InvalidIpForNetwork",
    "IP address {ip_address} is not a valid IP for any of the subnets on the specified network.",
  ),
  invalidIpForSubnet: bad("InvalidIpForSubnet", "IP address {ip_address} is not a valid IP for the specified subnet."),
  portSecurityAndIpRequired: bad(
    "PortSecurityAndIPRequiredForSecurityGroups",
    "Port security must be enabled and port must have an IP address in order to use security groups.",
  ),
  portHasSecurityGroup: conflict(
    "PortSecurityPortHasSecurityGroup",
    "Port has security group associated. Cannot disable port security or IP address until security group is removed.",
  ),
  addressPairNeedsPortSecurity: conflict(
    "AddressPairAndPortSecurityRequired",
    "Port Security must be enabled in order to have allowed address pairs on a port.",
  ),
  duplicateAddressPair: bad(
    "DuplicateAddressPairInRequest",
    "Request contains duplicate address pair: mac_address {mac_address} ip_address {ip_address}.",
  ),

  badRouter: bad("BadRequest", "Bad router request: {msg}."),
  routerInUse: conflict("RouterInUse", "Router {id} {reason}"),
  routerInterfaceNotFound: notFound(
    "RouterInterfaceNotFound",
    "Router {router_id} does not have an interface with id {port_id}",
  ),
  routerInterfaceNotFoundForSubnet: notFound(
    "RouterInterfaceNotFoundForSubnet",
    "Router {router_id} has no interface on subnet {subnet_id}",
  ),
  routerInterfaceInUseByFloatingIp: conflict(
    "RouterInterfaceInUseByFloatingIP",
    "Router interface for subnet {subnet_id} on router {router_id} cannot be deleted, as it is required by one or more floating IPs.",
  ),
  routerInterfaceInUseByRoute: conflict(
    "RouterInterfaceInUseByRoute",
    "Router interface for subnet {subnet_id} on router {router_id} cannot be deleted, as it is required by one or more routes.",
  ),
  gatewayInUseByFloatingIp: conflict(
    "RouterExternalGatewayInUseByFloatingIp",
    "Gateway cannot be updated for router {router_id}, since a gateway to external network {net_id} is required by one or more floating IPs.",
  ),
  subnetMismatchForPort: bad(
    "SubnetMismatchForPort",
    "Subnet on port {port_id} does not match the requested subnet {subnet_id}.",
  ),
  invalidRoutes: bad("InvalidRoutes", "Invalid format for routes: {routes}, {reason}"),

  badFloatingIp: bad("BadRequest", "Bad floatingip request: {msg}."),
  externalIpExhausted: bad("ExternalIpAddressExhausted", "Unable to find any IP address on external network {net_id}."),
  externalGatewayNotFound: notFound(
    "ExternalGatewayForFloatingIPNotFound",
    "External network {external_network_id} is not reachable from subnet {subnet_id}.  Therefore, cannot associate Port {port_id} with a Floating IP.",
  ),
  floatingIpPortAssociated: conflict(
    "FloatingIPPortAlreadyAssociated",
    "Cannot associate floating IP {floating_ip_address} ({fip_id}) with port {port_id} using fixed IP {fixed_ip}, as that fixed IP already has a floating IP on external network {net_id}.",
  ),

  securityGroupInUse: conflict("SecurityGroupInUse", "Security Group {id} in use."),
  defaultGroupRemove: conflict(
    "SecurityGroupCannotRemoveDefault",
    "Insufficient rights for removing default security group.",
  ),
  defaultGroupUpdate: conflict("SecurityGroupCannotUpdateDefault", "Updating default security group not allowed."),
  defaultGroupExists: conflict("SecurityGroupDefaultAlreadyExists", "Default security group already exists."),
  ruleExists: conflict("SecurityGroupRuleExists", "Security group rule already exists. Rule id is {rule_id}."),
  ruleInvalidProtocol: bad(
    "SecurityGroupRuleInvalidProtocol",
    "Security group rule protocol {protocol} not supported. Only protocol values {values} and integer representations [0 to 255] are supported.",
  ),
  ruleInvalidPortRange: bad(
    "SecurityGroupInvalidPortRange",
    "For TCP/UDP protocols, port_range_min must be <= port_range_max",
  ),
  ruleInvalidPortValue: bad("SecurityGroupInvalidPortValue", "Invalid value for port {port}"),
  ruleInvalidIcmpValue: bad(
    "SecurityGroupInvalidIcmpValue",
    "Invalid value for ICMP {field} ({attr}) {value}. It must be 0 to 255.",
  ),
  ruleMissingIcmpType: bad(
    "SecurityGroupMissingIcmpType",
    "ICMP code (port-range-max) {value} is provided but ICMP type (port-range-min) is missing.",
  ),
  ruleProtocolRequired: bad(
    "SecurityGroupProtocolRequiredWithPorts",
    "Must also specify protocol if port range is given.",
  ),
  rulePortsWithoutMeaning: bad(
    "SecurityGroupInvalidProtocolForPort",
    "Invalid protocol {protocol} for port range, only supported for {valid_port_protocols}.",
  ),
  ruleManyRemotes: bad(
    "SecurityGroupMultipleRemoteEntities",
    "Only one of remote_ip_prefix, remote_group_id or remote_address_group_id may be provided.",
  ),
  ruleEthertypeConflict: bad(
    "SecurityGroupRuleParameterConflict",
    "Conflicting value ethertype {ethertype} for CIDR {cidr}",
  ),
  ruleEthertypeProtocol: bad(
    "SecurityGroupEthertypeConflictWithProtocol",
    "Invalid ethertype {ethertype} for protocol {protocol}.",
  ),

  overQuota: conflict("OverQuota", "Quota exceeded for resources: {overs}."),
  quotaMissingProject: bad("QuotaMissingTenant", "Tenant-id was missing from quota request."),
});
