/** In which order do things start at boot? Rule, tunnel, routes, health: nobody is needed. */
import { path } from './paths.js';

/** Stands before the network: the first packet finds the rule. */
export const failClosedUnit = `[Unit]
Description=Drop proxied traffic that has no tunnel
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service
Before=network-pre.target ipsec.service
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${path.failClosed}

[Install]
WantedBy=multi-user.target network-pre.target
`;

/** Waits for the devices that pluto makes, not for a time. */
export const forwardingUnit = `[Unit]
Description=NAT and routes into the tunnel
After=network-online.target ipsec.service tunnelkeeper-fail-closed.service
Wants=network-online.target
Requires=tunnelkeeper-fail-closed.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${path.forwarding}
TimeoutStartSec=120
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/** Answers the balancer's probe. */
export const responderUnit = `[Unit]
Description=Answer the balancer's probe by the tunnel's health
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/python3 ${path.responder} ${path.config}
Restart=always
RestartSec=1
DynamicUser=yes
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
MemoryMax=64M

[Install]
WantedBy=multi-user.target
`;

/** pluto starts after the rule stands, and is started again when it dies. */
export const ipsecDropIn = `[Unit]
Requires=tunnelkeeper-fail-closed.service
After=tunnelkeeper-fail-closed.service

[Service]
Restart=always
RestartSec=2
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
