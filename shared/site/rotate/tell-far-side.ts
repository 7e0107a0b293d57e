/** What is made at the vault and told to the far side, before any gateway changes? */
import type { Rotation } from '../rotation.js';
import type { RotationStep } from '../rotation-step.js';
import { isFirm, isRefused, problemOf, steps } from './rotation-steps.js';
import type { Progress, RotationQuestion } from './rotation-question.js';
import { credentialsOf } from './slot-credentials.js';
import { farSideOrRoll, turnBack } from './turn-back.js';

/** Begun at once, far from the API's limit of a write a second (docs/zia in shared/zscaler). */
const tellAtOnce = 4;

/** New versions first. */
export function make(question: RotationQuestion, rotation: Rotation): Progress {
  const due = rotation.secrets
    .filter(({ to }) => to === undefined)
    .map(({ name }): RotationStep => ({
      verb: 'rotate',
      subject: `new version of ${name}`,
      intent: { kind: 'make-version', name, secret: name, rotation: rotation.id },
      reason: 'rotation-step',
      sentence: `Makes a new version of secret ${name}: 64 letters and digits.`,
    }));
  if (due.length > 0) return steps(question, rotation, due);
  return farSideOrRoll(question, { ...rotation, told: [] });
}

/** Then each credential. */
export function tellFarSide(question: RotationQuestion, rotation: Rotation): Progress {
  const { slots, configOf, observed } = question;
  const due = slots.flatMap((slot) =>
    credentialsOf(question, slot, configOf(slot)).flatMap(
      ({ identity, type, name }): readonly RotationStep[] => {
        const secret = rotation.secrets.find((other) => other.name === name);
        const version = rotation.isGoingBack ? secret?.from : secret?.to;
        if (version === undefined || rotation.told.includes(identity)) return [];
        return [
          {
            verb: 'rotate',
            subject: `credential ${identity}`,
            gateway: slot.slot,
            intent: {
              kind: 'tell-far-side',
              name: identity,
              identity,
              identityType: type,
              secret: { name, version },
            },
            reason: 'rotation-step',
            sentence: `Gives the credential ${identity} version ${version.slice(0, 8)} of secret ${name} at Zscaler.`,
          },
        ];
      },
    ),
  );
  // What was firmly refused, and never told anything, needs nothing on the way back.
  const isUntouched = ({ subject, intent }: RotationStep) =>
    isFirm(observed, subject) && !rotation.everTold.includes(intent.name);
  const open = rotation.isGoingBack ? due.filter((step) => !isUntouched(step)) : due;
  if (open.length === 0) return { rotation: { ...rotation, state: 'activating' } };
  const failed = open.find(({ subject }) => isRefused(observed, subject, rotation));
  if (failed !== undefined && !rotation.isGoingBack)
    return turnBack(
      question,
      rotation,
      problemOf(observed, failed.subject),
      isFirm(observed, failed.subject),
    );
  return steps(question, rotation, open.slice(0, tellAtOnce));
}

/** Then all at once, for the whole tenant. */
export function activate(question: RotationQuestion, rotation: Rotation): Progress {
  const subject = `activation for ${question.record.name}`;
  if (isRefused(question.observed, subject, rotation) && !rotation.isGoingBack) {
    return turnBack(question, rotation, problemOf(question.observed, subject));
  }
  return steps(question, rotation, [
    {
      verb: 'rotate',
      subject,
      intent: { kind: 'activate-far-side', name: question.record.name },
      reason: 'rotation-step',
      sentence: 'Activates the changes at Zscaler, for the whole tenant.',
    },
  ]);
}
