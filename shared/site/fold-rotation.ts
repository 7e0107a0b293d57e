/** What have the steps of a rotation changed? */
import type { SecretReference } from './intent.js';
import type { Rotation } from './rotation.js';
import type { RotationIntent } from './rotation-step.js';

/** A step that was carried out. */
export interface RotationAnswer {
  readonly intent: RotationIntent;
  /** Id of the version that was made. */
  readonly version?: string;
}

/** Folds steps that were carried out into the rotation. */
export function foldRotation(rotation: Rotation, answers: readonly RotationAnswer[]): Rotation {
  return answers.reduce(foldOne, rotation);
}

function foldOne(rotation: Rotation, { intent, version }: RotationAnswer): Rotation {
  switch (intent.kind) {
    case 'make-version':
      return version === undefined
        ? rotation
        : {
            ...rotation,
            secrets: rotation.secrets.map((secret) =>
              secret.name === intent.secret ? { ...secret, to: version } : secret,
            ),
          };
    case 'tell-far-side': {
      // An answer that is folded in a second time may be of the way there, when the rotation goes back by now.
      const told = isWanted(rotation, intent.secret) ? withTold(rotation, intent.identity) : rotation;
      return withEverTold(told, intent.identity);
    }
    case 'activate-far-side':
      return rotation.state === 'activating' ? { ...rotation, state: 'rolling', proved: [] } : rotation;
    case 'disable-version':
      return withTold(rotation, `${intent.secret.name}/${intent.secret.version}`);
  }
}

function isWanted({ secrets, isGoingBack }: Rotation, { name, version }: SecretReference): boolean {
  const secret = secrets.find((other) => other.name === name);
  return version === (isGoingBack ? secret?.from : secret?.to);
}

function withTold(rotation: Rotation, what: string): Rotation {
  return rotation.told.includes(what) ? rotation : { ...rotation, told: [...rotation.told, what] };
}

function withEverTold(rotation: Rotation, identity: string): Rotation {
  const { everTold } = rotation;
  return everTold.includes(identity) ? rotation : { ...rotation, everTold: [...everTold, identity] };
}
