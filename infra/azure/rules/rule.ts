/** What is a rule? A name, the reason that a reviewer would give, and what finds the places that break it. */
import type { Place } from '../finding.js';
import type { Template } from '../template.js';

/** What rules look at. */
export interface Reviewed {
  readonly template: Template;
  /** Names of settings in the product's sources, and whether the app can start without each. */
  readonly productSettings: ReadonlyMap<string, 'needed' | 'optional'>;
  /** Actions that the app was seen to use. */
  readonly usedActions: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly reason: string;
  readonly find: (reviewed: Reviewed) => readonly Place[];
}
