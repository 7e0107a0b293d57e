/** Where does everything lie on a gateway? */

/** Paths of the files that Tunnelkeeper writes. No two share a base name: the setup script reports changes by it. */
export const path = {
  connections: '/etc/ipsec.d/tunnelkeeper.conf',
  secrets: '/etc/ipsec.d/tunnelkeeper.secrets',
  // Not in /etc/sysctl.d: systemd-sysctl would let the machine forward at boot, before the rule stands.
  sysctl: '/usr/local/lib/tunnelkeeper/sysctl.conf',
  failClosed: '/usr/local/lib/tunnelkeeper/fail-closed',
  forwarding: '/usr/local/lib/tunnelkeeper/forwarding',
  responder: '/usr/local/lib/tunnelkeeper/health-responder',
  config: '/etc/tunnelkeeper/gateway.json',
  failClosedUnit: '/etc/systemd/system/tunnelkeeper-fail-closed.service',
  forwardingUnit: '/etc/systemd/system/tunnelkeeper-forwarding.service',
  responderUnit: '/etc/systemd/system/tunnelkeeper-health.service',
  ipsecDropIn: '/etc/systemd/system/ipsec.service.d/after-fail-closed.conf',
  networkdConf: '/etc/systemd/networkd.conf.d/keep-routes.conf',
  aptConf: '/etc/apt/apt.conf.d/90tunnelkeeper',
  needrestart: '/etc/needrestart/conf.d/keep-tunnels.conf',
} as const;
