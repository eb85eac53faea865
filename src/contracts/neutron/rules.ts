/**
 * Who may do what in Neutron, in oslo.policy's language. The defaults are the secure ones of Zed with what later
 * releases corrected: admin is named everywhere, and `service` (the compute hosts' own users) may handle ports.
 */
const admin = "rule:admin_only";

export const baseRules: Readonly<Record<string, string>> = {
  context_is_admin: "role:admin",
  admin_only: "rule:context_is_admin",
  admin_api: "rule:context_is_admin",
  service_api: "role:service or role:advsvc",
  owner: "project_id:%(project_id)s",
  network_owner: "project_id:%(network:project_id)s",
  shared: "'True':%(shared)s",
  external: "'True':%(router:external)s",
  project_member: "role:member and rule:owner",
  project_reader: "role:reader and rule:owner",
  member: "rule:admin_only or rule:project_member",
  reader: "rule:admin_only or rule:project_reader",
  network_member: "role:member and rule:network_owner",
  network_device: "'True':%(network_device)s",
};

const portOwner = "rule:admin_only or rule:service_api or rule:network_member";
const portMember = "rule:member or rule:service_api";
const portPlace = `${portOwner} or rule:shared`;
const portDevice =
  "rule:admin_only or rule:service_api or rule:network_member or (rule:project_member and not rule:network_device)";
const portBinding = "rule:admin_only or rule:service_api";

/** Rules of single attributes: a request that sets one is asked for its rule too, `create_network:shared`. */
export const attributeRules: Readonly<Record<string, string>> = {
  "create_network:shared": admin,
  "create_network:router:external": admin,
  "create_network:is_default": admin,
  "create_network:provider:network_type": admin,
  "create_network:provider:physical_network": admin,
  "create_network:provider:segmentation_id": admin,
  "get_network:provider": admin,
  "update_network:shared": admin,
  "update_network:router:external": admin,
  "update_network:is_default": admin,
  "update_network:provider:network_type": admin,
  "update_network:provider:physical_network": admin,
  "update_network:provider:segmentation_id": admin,
  "create_subnet:network_id": "rule:admin_only or rule:network_member",
  "create_subnet:service_types": admin,
  "update_subnet:service_types": admin,
  "create_port:network_id": `${portPlace} or not rule:external`,
  "create_port:device_owner": portDevice,
  "create_port:mac_address": portOwner,
  "create_port:fixed_ips:ip_address": portOwner,
  "create_port:fixed_ips:subnet_id": portPlace,
  "create_port:port_security_enabled": portOwner,
  "create_port:binding:host_id": portBinding,
  "create_port:binding:profile": portBinding,
  "create_port:allowed_address_pairs": "rule:admin_only or rule:network_member",
  "get_port:binding": portBinding,
  "update_port:device_owner": portDevice,
  "update_port:mac_address": portBinding,
  "update_port:fixed_ips:ip_address": portOwner,
  "update_port:fixed_ips:subnet_id": portPlace,
  "update_port:port_security_enabled": portOwner,
  "update_port:binding:host_id": portBinding,
  "update_port:binding:profile": portBinding,
  "update_port:allowed_address_pairs": "rule:admin_only or rule:network_member",
  "create_router:external_gateway_info:enable_snat": admin,
  "create_router:external_gateway_info:external_fixed_ips": admin,
  "update_router:external_gateway_info:enable_snat": admin,
  "update_router:external_gateway_info:external_fixed_ips": admin,
  "create_floatingip:floating_ip_address": admin,
};

export const portRules = { portMember, get: "rule:reader or rule:service_api or rule:network_owner" } as const;
