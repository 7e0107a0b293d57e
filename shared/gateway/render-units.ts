/** In which order do things start at boot? Rule, tunnel, routes, agent: nobody is needed. */
import { path } from './paths.js';

/**
 * Stands before the network: the first packet finds the rule. Without default dependencies, which would put it
 * behind sysinit.target; what they say about shutdown is said here. A reload brings back rules that somebody took away,
 * and restarts nothing that depends on the unit.
 */
export const failClosedUnit = `[Unit]
Description=Drop proxied traffic that has no tunnel
DefaultDependencies=no
Conflicts=shutdown.target
After=local-fs.target systemd-modules-load.service systemd-sysctl.service
Before=network-pre.target ipsec.service shutdown.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${path.failClosed}
ExecReload=${path.failClosed}

[Install]
WantedBy=multi-user.target
`;

/**
 * Waits for the devices that pluto makes, not for a time. A tunnel whose device is missing fails the unit, which is
 * started again until all stand (a oneshot unit may restart on failure since systemd 244; Debian 12 has 252).
 */
export const forwardingUnit = `[Unit]
Description=NAT and routes into the tunnel
After=network-online.target ipsec.service tunnelkeeper-fail-closed.service
Wants=network-online.target
Requires=tunnelkeeper-fail-closed.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${path.forwarding}
ExecReload=${path.forwarding}
TimeoutStartSec=120
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/**
 * The agent. Root by its number alone, since pluto's control socket is root's and the same user may end pluto; of
 * root's capabilities it keeps those for routes and rules. An exit of 2 says that its configuration is unusable, which
 * no restart mends. Whatever ends it, connections are no longer reset: what it can't see it doesn't refuse.
 */
export const agentUnit = `[Unit]
Description=Look after the tunnels and answer the balancer's probe
After=network-online.target tunnelkeeper-fail-closed.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStartPre=+/usr/bin/touch ${path.remedyLock}
ExecStart=/usr/bin/python3 -I ${path.agent} ${path.config}
ExecStopPost=-/usr/sbin/iptables -w 5 -F TK-RESET
Restart=always
RestartSec=1
RestartPreventExitStatus=2
UMask=0077
RuntimeDirectory=tunnelkeeper
RuntimeDirectoryPreserve=restart
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=-/run/xtables.lock
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
MemoryMax=64M
TasksMax=64

[Install]
WantedBy=multi-user.target
`;

/** Longest time that pluto waits for the names of its edges, in seconds; two names take 6 s at most. */
const edgeNamesSeconds = 10;

/** A failure, or a script that isn't there yet, doesn't keep pluto from starting. */
export const edgeNamesDropIn = `[Service]
ExecStartPre=-/usr/bin/timeout ${edgeNamesSeconds} ${path.edgeNames}
`;

/** The same while pluto runs: learns addresses that change, and takes the block away once DNS answers. */
export const edgeNamesUnit = `[Unit]
Description=Keep the names of the service edges known

[Service]
Type=oneshot
ExecStart=${path.edgeNames}
TimeoutStartSec=30
`;

export const edgeNamesTimer = `[Unit]
Description=Look the service edges' names up every five minutes

[Timer]
OnBootSec=2min
OnUnitInactiveSec=5min

[Install]
WantedBy=timers.target
`;

/** Waits for the agent's file. The agent itself sees no console: its unit gives it no devices. */
export const diagnosisPath = `[Unit]
Description=Wait for a diagnosis to be wanted

[Path]
PathExists=${path.diagnosisWanted}

[Install]
WantedBy=multi-user.target
`;

/**
 * Shows everything on the console. The file goes first: while it is there, systemd would start this again at once. The
 * questions take half a minute at most where nothing answers, and a slow console its time.
 */
export const diagnosisUnit = `[Unit]
Description=Show on the console how this gateway is

[Service]
Type=oneshot
ExecStartPre=/usr/bin/rm -f ${path.diagnosisWanted}
ExecStart=${path.command} diagnose --console
StandardOutput=null
TimeoutStartSec=180
Nice=10
`;

/** pluto starts only when the rule stands, and is started again whenever it dies, without a limit. */
export const ipsecDropIn = `[Unit]
Requires=tunnelkeeper-fail-closed.service
After=tunnelkeeper-fail-closed.service
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=2
`;

/** systemd-networkd removes routes and rules that it didn't set, whenever it is restarted; ours are left alone. */
export const networkdConf = `# Written by Tunnelkeeper; changes are overwritten.
[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
`;

/** A package upgrade doesn't restart the tunnel behind our back: it takes effect with the next machine or setup. */
export const aptConf = `// Written by Tunnelkeeper; changes are overwritten.
Unattended-Upgrade::Package-Blacklist { "libreswan"; };
Unattended-Upgrade::Automatic-Reboot "false";
`;

/** needrestart lists services for restart after a library's upgrade; the tunnel is left out. */
export const needrestartConf = `# Written by Tunnelkeeper; changes are overwritten.
$nrconf{override_rc}{qr(^ipsec)} = 0;
$nrconf{override_rc}{qr(^tunnelkeeper)} = 0;
`;
