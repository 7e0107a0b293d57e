/** What does the timeline hold? One line for each thing that was decided or happened. */
import type { SlotId } from './ids.js';
import type { Reason } from './reason.js';

/** A line of a site's timeline. */
export interface TimelineEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly gateway?: SlotId;
  readonly reason: Reason;
  /** For people, with numbers and units. */
  readonly sentence: string;
  /** The facts that led to it; small, no secrets. */
  readonly evidence?: Evidence;
  /** Who asked, for what a person or a system asked for. */
  readonly by?: string;
}

/** Named facts behind a decision. */
export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;
