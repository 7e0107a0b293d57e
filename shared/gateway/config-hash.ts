/** Is a gateway's configuration what would be rendered today? */
import type { GatewayConfig } from './gateway-config.js';
import { renderSetupScript, scriptConfig } from './render-setup-script.js';

/**
 * Twelve hex digits of the SHA-256 over everything that the setup script does and writes; secrets are not in it.
 * The script reports the same hash in its result line.
 */
export function configHash(config: GatewayConfig): string {
  return scriptConfig(renderSetupScript(config));
}
