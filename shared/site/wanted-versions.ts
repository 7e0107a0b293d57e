/** Which version of its PSKs should a gateway have now? The one in use, unless a rotation says otherwise. */
import type { SlotId } from './ids.js';
import type { SecretState } from './observed-site.js';
import type { Outcome } from './problem.js';
import type { Rotation } from './rotation.js';
import type { SiteRecord } from './site-record.js';

/** Versions by secret's name; a secret that isn't there, or can't be used, has none. */
export function wantedVersions(
  { secretsInUse = {}, rotation }: Pick<SiteRecord, 'secretsInUse' | 'rotation'>,
  secrets: readonly Outcome<SecretState>[],
  slot: SlotId,
): ReadonlyMap<string, string> {
  const wanted = new Map(newestUsable(secrets));
  for (const [name, { version }] of Object.entries(secretsInUse)) wanted.set(name, version);
  for (const [name, version] of rotation === undefined ? [] : versionsInRotation(rotation, slot)) {
    wanted.set(name, version);
  }
  return wanted;
}

/** Newest version of each secret that can be used. */
export function newestUsable(secrets: readonly Outcome<SecretState>[]): ReadonlyMap<string, string> {
  return new Map(
    secrets.flatMap((looked) =>
      looked.ok && looked.value.state === 'usable'
        ? [[looked.value.name, looked.value.version] as const]
        : [],
    ),
  );
}

/**
 * The new version for who has proved it or tries it; on the way back the former one for all, once the far side has it:
 * a gateway that has proved the new one would be refused with the former one before.
 */
function versionsInRotation(rotation: Rotation, slot: SlotId): readonly (readonly [string, string])[] {
  const { secrets, isGoingBack, state, trying, proved } = rotation;
  const isToldBack = state === 'rolling' || state === 'closing';
  const hasNew = isGoingBack
    ? !isToldBack && proved.includes(slot)
    : trying.includes(slot) || proved.includes(slot);
  return secrets.flatMap(({ name, from, to }) => {
    const version = hasNew ? to : from;
    return version === undefined ? [] : [[name, version] as const];
  });
}
