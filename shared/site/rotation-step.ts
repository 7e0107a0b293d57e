/** Which steps has a rotation, besides setups of machines? */
import type { SecretReference } from './intent.js';
import type { Verdict } from './plan.js';

/** What one step does; values of secrets are read and written by the activity alone. */
export type RotationIntent =
  /** Makes a version of 64 letters and digits; the same rotation makes it once. */
  | {
      readonly kind: 'make-version';
      readonly name: string;
      readonly secret: string;
      /** Id of the rotation, which the version's tag bears. */
      readonly rotation: string;
    }
  | {
      readonly kind: 'tell-far-side';
      readonly name: string;
      /** A public address, or `name@domain`. */
      readonly identity: string;
      readonly identityType: 'ip' | 'ufqdn';
      readonly secret: SecretReference;
    }
  | { readonly kind: 'activate-far-side'; readonly name: string }
  | { readonly kind: 'disable-version'; readonly name: string; readonly secret: SecretReference };

/** A step of a rotation; it is over when its activity has answered. */
export type RotationStep = Verdict & { readonly verb: 'rotate'; readonly intent: RotationIntent };
