/** What does the far side hold? A credential's PSK goes from the vault into ZIA's request, and nowhere else. */
import { readSecretVersion } from '../shared/azure/key-vault.js';
import { latestSecret } from '../shared/azure/latest-secret.js';
import type { Begun } from '../shared/site/intent.js';
import { failure, problem, success, type Outcome } from '../shared/site/problem.js';
import { activationPending } from '../shared/site/rotate/rotation-steps.js';
import type { RotationIntent } from '../shared/site/rotation-step.js';
import { createZia, type Zia } from '../shared/zscaler/zia-client.js';
import { ziaSettings } from '../shared/zscaler/zia-settings.js';
import type { ZiaFailure, ZiaOutcome } from '../shared/zscaler/zia-outcome.js';

let made: Zia | undefined;

/** One client a process: it keeps its session, and the tenant's pace. */
function zia(): Zia {
  return (made ??= createZia(ziaSettings(), latestSecret));
}

/** Gives a credential the PSK of a version; it counts once it is activated. */
export async function tellFarSide(
  intent: Extract<RotationIntent, { kind: 'tell-far-side' }>,
): Promise<Outcome<Begun>> {
  const { identity, identityType, secret } = intent;
  const psk = await readSecretVersion(secret);
  if (!psk.ok) return psk;
  const wanted =
    identityType === 'ip'
      ? ({ type: 'IP', ipAddress: identity } as const)
      : ({ type: 'UFQDN', fqdn: identity } as const);
  const found = await zia().findCredential(wanted);
  if (!found.ok) return failure(problemOf(found.failure, identity));
  return answerOf(await zia().changePsk(found.value, psk.value), identity);
}

/** Activates what was changed. Where that is switched off, a person or a schedule does it: then it is asked again. */
export async function activateFarSide(): Promise<Outcome<Begun>> {
  const activated = await zia().activate();
  if (!activated.ok || activated.value === 'active') return answerOf(activated, 'the activation');
  const status = await zia().status();
  if (!status.ok) return answerOf(status, 'the activation');
  return status.value === 'ACTIVE'
    ? success({})
    : failure(
        problem('far-side-refused', 'The changes at Zscaler are saved and not activated yet.', {
          code: activationPending,
          retryable: true,
          retryAfterSeconds: 300,
          mend: 'Activate them at Zscaler; this deployment leaves that to people (TUNNELKEEPER_ZIA_ACTIVATE).',
        }),
      );
}

function answerOf(outcome: ZiaOutcome<unknown>, what: string): Outcome<Begun> {
  return outcome.ok ? success({}) : failure(problemOf(outcome.failure, what));
}

function problemOf({ kind, detail, code, isRetryable, retryAfterSeconds }: ZiaFailure, what: string) {
  return problem('far-side-refused', `Zscaler would not change ${what} (${kind}): ${detail}`, {
    retryable: isRetryable,
    mend: 'Look at the API client and its role at Zscaler, and whether the credential is registered there.',
    ...(code === undefined ? {} : { code }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
