/** Where does everything lie on a gateway? */

/** Paths of what Tunnelkeeper writes. No two files share a base name: the setup script reports changes by it. */
export const path = {
  connections: '/etc/ipsec.d/tunnelkeeper.conf',
  secrets: '/etc/ipsec.d/tunnelkeeper.secrets',
  // Not in /etc/sysctl.d: systemd-sysctl would let the machine forward at boot, before the rule stands.
  sysctl: '/usr/local/lib/tunnelkeeper/sysctl.conf',
  failClosed: '/usr/local/lib/tunnelkeeper/fail-closed',
  forwarding: '/usr/local/lib/tunnelkeeper/forwarding',
  /** Folder of the agent's modules. */
  agent: '/usr/local/lib/tunnelkeeper/agent',
  /** The operator's command. */
  command: '/usr/local/sbin/tk-gateway',
  config: '/etc/tunnelkeeper/gateway.json',
  /** Not written but held: by a setup or remedy script for its whole run, by the agent while it mends. */
  remedyLock: '/run/tunnelkeeper-remedy.lock',
  failClosedUnit: '/etc/systemd/system/tunnelkeeper-fail-closed.service',
  forwardingUnit: '/etc/systemd/system/tunnelkeeper-forwarding.service',
  agentUnit: '/etc/systemd/system/tunnelkeeper-agent.service',
  edgeNames: '/usr/local/lib/tunnelkeeper/edge-names',
  /** Written by the former: addresses and names of service edges. */
  edgesKnown: '/var/lib/tunnelkeeper/edges',
  edgeNamesDropIn: '/etc/systemd/system/ipsec.service.d/edge-names.conf',
  edgeNamesUnit: '/etc/systemd/system/tunnelkeeper-edge-names.service',
  edgeNamesTimer: '/etc/systemd/system/tunnelkeeper-edge-names.timer',
  diagnosisPath: '/etc/systemd/system/tunnelkeeper-diagnosis.path',
  diagnosisUnit: '/etc/systemd/system/tunnelkeeper-diagnosis.service',
  /** Not written but asked by: the agent makes it when a diagnosis is to be shown on the console. */
  diagnosisWanted: '/run/tunnelkeeper/diagnosis-wanted',
  ipsecDropIn: '/etc/systemd/system/ipsec.service.d/after-fail-closed.conf',
  hostClock: '/etc/chrony/conf.d/host-clock.conf',
  netdataSudoers: '/etc/sudoers.d/tunnelkeeper-netdata',
  netdataConf: '/etc/netdata/netdata.conf',
  netdataTunnels: '/etc/netdata/charts.d/libreswan.conf',
  netdataAtNic: '/usr/local/lib/tunnelkeeper/netdata-at-nic',
  netdataDropIn: '/etc/systemd/system/netdata.service.d/beside-the-tunnel.conf',
  networkdConf: '/etc/systemd/networkd.conf.d/keep-routes.conf',
  aptConf: '/etc/apt/apt.conf.d/90tunnelkeeper',
  needrestart: '/etc/needrestart/conf.d/keep-tunnels.conf',
} as const;
