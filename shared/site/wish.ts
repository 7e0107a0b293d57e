/** What would be done to a gateway, if nothing spoke against it? */
import type { Step } from './plan.js';
import type { Remedy, Rung } from './remedy.js';
import type { OutOfService } from './site-record.js';

/** Something that is due on a gateway and that guards have to allow. */
export type Wish =
  /** It doesn't serve: a rung of the ladder. */
  | { readonly kind: 'mend'; readonly rung: Rung; readonly remedy: Remedy; readonly step: Step }
  /** It serves, and has to be taken out of service for it. */
  | {
      readonly kind: 'planned';
      readonly because: OutOfService['because'];
      readonly step: Step;
      /** Somebody asked for just this. */
      readonly isOrdered: boolean;
      /** The machine goes: without another gateway there is nobody to serve meanwhile. */
      readonly takesMachine: boolean;
    };
