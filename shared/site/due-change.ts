/** What is due on a gateway that serves: another machine, another configuration, another version of its PSK? */
import { machineFingerprint, placementOf } from './desired-site.js';
import { pausedAttempt, removalOf, type Wait } from './plan.js';
import { isAsWanted, setUp } from './set-up.js';
import { held } from './slot-question.js';
import type { Standing } from './standing.js';
import type { Wish } from './wish.js';

/** What is due: a wish, or why a machine that is to be replaced stays for now. */
export interface DueChange {
  readonly wish?: Wish;
  readonly wait?: Wait;
}

/** What is due, if anything is; the wish that replaces the machine first. */
export function dueChange(standing: Standing): DueChange {
  const { setup, wanted, question } = standing;
  const isDone = setup !== undefined && isAsWanted(setup, wanted);
  const replacement = replacementWish(standing);
  const { hold } = question;
  // The machine in its place may not be made: the one that serves stays.
  const isHeld = replacement !== undefined && hold !== undefined;
  const change = isDone ? undefined : changeWish(standing);
  const wish = isHeld ? change : (replacement ?? change);
  return {
    ...(wish === undefined ? {} : { wish }),
    ...(isHeld ? { wait: held(question, replacement.step.subject, hold) } : {}),
  };
}

/** One whose removal was refused a moment ago, as by a lock, serves until the pause is over. */
function replacementWish({ question, machine }: Standing): Wish | undefined {
  const { slot, record, site, policy, observed, now } = question;
  if (pausedAttempt(observed, removalOf(machine), now) !== undefined) return undefined;
  const order = record.orders?.[slot.slot]?.replace;
  const isOrdered = order?.generation === machine.generation;
  const differs = machine.config !== undefined && machine.config !== machineFingerprint(site);
  if (!isOrdered && !differs) return undefined;
  const why = isOrdered
    ? `${order.by} asked for another machine`
    : 'only another machine brings the size, image or encryption that the site asks for';
  return {
    kind: 'planned',
    because: 'replacement',
    isOrdered,
    takesMachine: true,
    step: {
      verb: 'delete',
      subject: removalOf(machine),
      gateway: slot.slot,
      intent: {
        placement: placementOf(site, policy),
        kind: 'virtual-machine',
        name: machine.name,
        slot: slot.slot,
      },
      reason: isOrdered ? 'replacement-asked-for' : 'machine-differs',
      sentence: `Replaces ${machine.name} in place, with its address: ${why}.`,
      evidence: { generation: machine.generation },
    },
  };
}

function changeWish(standing: Standing): Wish | undefined {
  const { setup, wanted } = standing;
  const isRotation = setup?.config === wanted.config;
  const planned = setUp(standing, isRotation ? 'secret-newer' : 'configuration-differs', true);
  if (planned.step === undefined) return undefined;
  const because = isRotation ? 'rotation' : 'change';
  return { kind: 'planned', because, isOrdered: false, takesMachine: false, step: planned.step };
}
