/** Where does everything lie on a gateway? */

/** Paths of the files that Tunnelkeeper writes. */
export const path = {
  connections: '/etc/ipsec.d/tunnelkeeper.conf',
  secrets: '/etc/ipsec.d/tunnelkeeper.secrets',
  sysctl: '/etc/sysctl.d/90-tunnelkeeper.conf',
  failClosed: '/usr/local/lib/tunnelkeeper/fail-closed',
  forwarding: '/usr/local/lib/tunnelkeeper/forwarding',
  responder: '/usr/local/lib/tunnelkeeper/health-responder',
  config: '/etc/tunnelkeeper/gateway.json',
  failClosedUnit: '/etc/systemd/system/tunnelkeeper-fail-closed.service',
  forwardingUnit: '/etc/systemd/system/tunnelkeeper-forwarding.service',
  responderUnit: '/etc/systemd/system/tunnelkeeper-health.service',
  ipsecDropIn: '/etc/systemd/system/ipsec.service.d/tunnelkeeper.conf',
  aptConf: '/etc/apt/apt.conf.d/90tunnelkeeper',
  needrestart: '/etc/needrestart/conf.d/tunnelkeeper.conf',
} as const;
