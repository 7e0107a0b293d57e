/** What does a machine get at its creation? Packages and what fails closed; no secret, nothing that changes later. */
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { renderFailClosedFiles } from './render-gateway-files.js';
import { packages } from './render-setup-script.js';

/**
 * Renders `#cloud-config`. Forwarding and NAT are the setup script's: until it has run, nothing of a client's is
 * sent on at all. The fail-closed unit is enabled here, so that it also stands first at every later boot.
 */
export function renderCloudInit(config: GatewayConfig): string {
  const files = renderFailClosedFiles(config);
  return `#cloud-config
# Written by Tunnelkeeper for ${config.slot}.
package_update: true
packages:
${packages.map((name) => `  - ${name}`).join('\n')}
write_files:
${files.map(writeFile).join('\n')}
runcmd:
  - [systemctl, daemon-reload]
  - [systemctl, enable, --now, tunnelkeeper-fail-closed.service]
`;
}

/** One entry of `write_files`; base64 so that no content can break the YAML. */
function writeFile({ path, mode, content }: GatewayFile): string {
  return `  - path: ${path}
    permissions: '${mode}'
    encoding: b64
    content: ${Buffer.from(content).toString('base64')}`;
}
