/** What is next in a rotation of PSKs? New version, far side, activation, gateway by gateway, and the old one disabled; or all the way back. */
import { inSeconds } from './guards/guard.js';
import { close } from './rotate/close-rotation.js';
import { beganEntry, newRotation } from './rotate/new-rotation.js';
import { roll } from './rotate/roll-rotation.js';
import { nextDue, whyNow } from './rotate/rotation-due.js';
import { heldBy } from './rotate/rotation-held.js';
import {
  setupsOf,
  type Progress,
  type RotationPlan,
  type RotationQuestion,
  type SecretsInUse,
} from './rotate/rotation-question.js';
import { slotsInRotation } from './rotate/slots-in-rotation.js';
import { activate, make, tellFarSide } from './rotate/tell-far-side.js';
import type { Rotation } from './rotation.js';
import { secretsOfSlot } from './secret-names.js';
import { isServing } from './setup-verdict.js';

/** Plans the next steps of a rotation, or its beginning. */
export function planRotation(question: RotationQuestion): RotationPlan {
  const { record } = question;
  const secretsInUse = inUseNow(question);
  const nothing = { secretsInUse, isWishTaken: false, steps: [], waits: [], happened: [] };
  if (record.rotation !== undefined) {
    return withNextRound(question, { ...nothing, ...goOn(question, record.rotation, secretsInUse) });
  }
  const reason = whyNow(question, secretsInUse);
  if (reason === undefined) return { ...nothing, waits: nextDue(question, secretsInUse) };
  const held = heldBy(question, reason);
  if (held !== undefined) return { ...nothing, waits: [held] };
  const rotation = newRotation(question, reason, secretsInUse);
  if (rotation === undefined) return nothing;
  return withNextRound(question, {
    ...nothing,
    rotation,
    isWishTaken: reason === 'asked-for',
    happened: [beganEntry(question, rotation)],
  });
}

/** Seconds until a rotation is planned again: at once after a step or a new state, else when a gateway may have got on. */
const nextStepSeconds = 1;
const nextLookSeconds = 20;

/** A rotation that waits for nothing in particular goes on soon. */
function withNextRound({ record, now }: RotationQuestion, plan: RotationPlan): RotationPlan {
  if (plan.rotation === undefined || plan.waits.length > 0) return plan;
  const hasMoved = plan.steps.length > 0 || plan.rotation.state !== record.rotation?.state;
  const until = inSeconds(now, hasMoved ? nextStepSeconds : nextLookSeconds);
  const sentence = `The rotation of ${record.name} goes on.`;
  return {
    ...plan,
    waits: [{ subject: `rotation of ${record.name}`, reason: 'rotation-step', sentence, until }],
  };
}

/**
 * A secret is in use from the first gateway on that was set up with it, as long as a gateway should have it: one of a
 * former scope would never be rotated again, and so be due for ever.
 */
function inUseNow({ record, observed, slots, now }: RotationQuestion): SecretsInUse {
  const known = record.secretsInUse ?? {};
  const used = setupsOf(observed)
    .filter(isServing)
    .flatMap(({ psk = '' }) => psk.split(','))
    .map((pair) => pair.split('/'));
  const fresh = used.flatMap(([name = '', version = '']) =>
    name === '' || known[name] !== undefined ? [] : [[name, { version, since: now.toISOString() }] as const],
  );
  const names = slots.flatMap(({ slot }) => secretsOfSlot(record.spec, slot));
  const all = Object.entries({ ...Object.fromEntries(fresh), ...known });
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

function goOn(question: RotationQuestion, rotation: Rotation, inUse: SecretsInUse): Progress {
  if (slotsInRotation(question, rotation).length === 0) return giveUp(question, rotation);
  switch (rotation.state) {
    case 'making':
      return make(question, rotation);
    case 'telling-far-side':
      return tellFarSide(question, rotation);
    case 'activating':
      return activate(question, rotation);
    case 'rolling':
      return roll(question, rotation);
    case 'closing':
      return close(question, rotation, inUse);
  }
}

/** The site has got other secrets since: nobody uses these, and nothing of them is changed any more. */
function giveUp({ record, now }: RotationQuestion, { id, secrets }: Rotation): Progress {
  const names = secrets.map(({ name }) => name);
  const sentence = `The rotation of ${record.name} ends halfway: no gateway uses ${names.join(', ')} any more. No version is disabled.`;
  const entry = {
    at: now.toISOString(),
    reason: 'rotation-done' as const,
    sentence,
    evidence: { rotation: id },
  };
  return { happened: [entry] };
}
