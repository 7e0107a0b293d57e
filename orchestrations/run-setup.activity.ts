/** Begins the setup of a machine. The PSK goes from the vault into the protected parameter, and nowhere else. */
import { readSecretVersion } from '../shared/azure/key-vault.js';
import { beginPutSetup, type ProtectedParameter } from '../shared/azure/setups.js';
import { pskVariable, type TunnelRole } from '../shared/gateway/gateway-config.js';
import { renderSetupScript } from '../shared/gateway/render-setup-script.js';
import type { Begun, SecretReference, SetupIntent } from '../shared/site/intent.js';
import { success, type Outcome } from '../shared/site/problem.js';

/** Sends the run command's PUT with the rendered script. */
export async function runSetup(intent: SetupIntent): Promise<Outcome<Begun>> {
  const secrets = await protectedParameters(intent.psk);
  return secrets.ok ? beginPutSetup(intent, renderSetupScript(intent.gateway), secrets.value) : secrets;
}

async function protectedParameters(psk: SetupIntent['psk']): Promise<Outcome<readonly ProtectedParameter[]>> {
  const parameters: ProtectedParameter[] = [];
  for (const [role, reference] of Object.entries(psk) as readonly [TunnelRole, SecretReference][]) {
    const read = await readSecretVersion(reference);
    if (!read.ok) return read;
    parameters.push({ name: pskVariable[role], value: read.value });
  }
  return success(parameters);
}
