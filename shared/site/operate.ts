/** What does an operator's verb change in a site's record, and when is it refused? */
import type { Order } from './orders.js';
import { failure, problem, success, type Outcome } from './problem.js';
import type { SiteRecord } from './site-record.js';

/** What may be asked of a whole site. */
export type SiteVerb = 'pause' | 'resume' | 'look' | 'rotate-psk';

/** What a verb comes to: the record as it is to be, and what to tell; nothing is told where nothing changes. */
export interface Operated {
  readonly record: SiteRecord;
  readonly sentence?: string;
}

/** The problem of a site that goes. */
export function beingDeleted(name: string) {
  return problem('site-deleting', `Site ${name} is being deleted.`, {
    mend: 'Wait until GET answers 404, then ask again.',
    retryable: true,
    retryAfterSeconds: 60,
  });
}

/**
 * Carries a verb on a site out in its record. The same verb again changes nothing.
 *
 * @returns `site-deleting` for a site that goes
 */
export function operateSite(record: SiteRecord, verb: SiteVerb, order: Order): Outcome<Operated> {
  if (record.wanted === 'absent') return failure(beingDeleted(record.name));
  switch (verb) {
    case 'pause':
      return success(setPaused(record, true, order));
    case 'resume':
      return success(setPaused(record, false, order));
    case 'look':
      return success({ record, sentence: `${record.name} is to be looked at now.` });
    case 'rotate-psk':
      return success(wantRotation(record, order));
  }
}

function setPaused(record: SiteRecord, paused: boolean, { at }: Order): Operated {
  const { name, spec, revision } = record;
  if (spec.paused === paused) return { record };
  return {
    record: { ...record, spec: { ...spec, paused }, revision: revision + 1, lookAt: at },
    sentence: paused ? `${name} is paused; nothing more is begun.` : `${name} is resumed.`,
  };
}

/** A rotation in progress is what was asked for. */
function wantRotation(record: SiteRecord, order: Order): Operated {
  if (record.rotation !== undefined || record.rotationWanted !== undefined) return { record };
  return {
    record: { ...record, rotationWanted: order },
    sentence: `The PSKs of ${record.name} are to be rotated.`,
  };
}
