/** How do package upgrades leave the tunnel alone? */
import type { GatewayFile } from './gateway-config.js';

const noUnattendedUpgrade = `// Written by Tunnelkeeper. Debian's libreswan restarts ipsec whenever it is upgraded, on all gateways in
// the same hour. It is left to a setup or a new generation of the machine; all else is upgraded as ever.
Unattended-Upgrade::Package-Blacklist { "^libreswan$"; };
Unattended-Upgrade::Automatic-Reboot "false";
`;

const noRestart = `# Written by Tunnelkeeper. An upgraded library must not restart the tunnel behind our back.
$nrconf{override_rc}{qr(^ipsec)} = 0;
$nrconf{override_rc}{qr(^tunnelkeeper)} = 0;
1;
`;

/**
 * Renders the settings of unattended-upgrades and needrestart.
 *
 * A blocklist, not `apt-mark hold`: a hold would also stop a person's own upgrade and our setup's installation.
 */
export function renderPackageSettings(): readonly GatewayFile[] {
  return [
    { path: '/etc/apt/apt.conf.d/52tunnelkeeper', mode: '0644', content: noUnattendedUpgrade },
    { path: '/etc/needrestart/conf.d/tunnelkeeper.conf', mode: '0644', content: noRestart },
  ];
}
