/** Is a gateway's configuration what would be rendered today? */
import { createHash } from 'node:crypto';
import type { GatewayConfig } from './gateway-config.js';
import { renderSetupScript } from './render-setup-script.js';

/**
 * Twelve hex digits of the SHA-256 over the setup script, which holds every rendered file; secrets are not in it.
 */
export function configHash(config: GatewayConfig): string {
  return createHash('sha256').update(renderSetupScript(config)).digest('hex').slice(0, 12);
}
