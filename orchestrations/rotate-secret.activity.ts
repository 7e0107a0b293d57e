/** Which versions does the vault hold? Made once a rotation, and disabled when no gateway uses it. */
import { disableSecretVersion, makeSecretVersion } from '../shared/azure/key-vault.js';
import type { Begun } from '../shared/site/intent.js';
import { success, type Outcome } from '../shared/site/problem.js';
import type { RotationIntent } from '../shared/site/rotation-step.js';

/** Makes the version of a rotation, and answers with its id. */
export async function makeVersion(
  intent: Extract<RotationIntent, { kind: 'make-version' }>,
): Promise<Outcome<Begun>> {
  const made = await makeSecretVersion(intent.secret, intent.rotation);
  return made.ok ? success({ version: made.value }) : made;
}

/** Disables a version. */
export async function disableVersion(
  intent: Extract<RotationIntent, { kind: 'disable-version' }>,
): Promise<Outcome<Begun>> {
  const done = await disableSecretVersion(intent.secret);
  return done.ok ? success({}) : done;
}
