/** Begins the setup of a machine. The PSK goes from the vault into the protected parameter, and nowhere else. */
import { readSecretVersion } from '../shared/azure/key-vault.js';
import { beginPutSetup, type ProtectedParameter } from '../shared/azure/setups.js';
import { pskVariable, type TunnelRole } from '../shared/gateway/gateway-config.js';
import { renderSetupScript } from '../shared/gateway/render-setup-script.js';
import type { Begun, SecretReference, SetupIntent } from '../shared/site/intent.js';
import { failure, success, type Outcome, type Problem } from '../shared/site/problem.js';

/** Sends the run command's PUT with the rendered script. */
export async function runSetup(intent: SetupIntent): Promise<Outcome<Begun>> {
  const secrets = await protectedParameters(intent.psk);
  if (!secrets.ok) return secrets;
  const begun = await beginPutSetup(intent, renderSetupScript(intent.gateway), secrets.value);
  return begun.ok ? begun : failure(without(secrets.value, begun.problem));
}

/** Azure quotes what it can't read: what it says of a refused body may hold a value of the body. */
function without(secrets: readonly ProtectedParameter[], why: Problem): Problem {
  const detail = secrets.reduce(
    (text, { value }) => withoutTail(text.replaceAll(value, '<secret>'), value),
    why.detail,
  );
  return { ...why, detail };
}

/** Shortest piece of a secret that is taken for one. */
const shortestPiece = 4;

/** What is quoted at length is cut, perhaps in the middle of a secret. */
function withoutTail(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= shortestPiece; length--) {
    const tail = `${secret.slice(0, length)}…`;
    if (text.endsWith(tail)) return `${text.slice(0, -tail.length)}<secret>…`;
  }
  return text;
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
