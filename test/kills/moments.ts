/** When does the next kill come? At a moment that its seed says. */
import { seededRandom } from '../../infra/local/cloud/random.js';

/** Longest that a host lives before it is killed, in the region's seconds: several lives make a build. */
const longestLifeSeconds = 45;

/** Share of the hosts that are killed again while they start, and within how many real milliseconds. */
const whileStarting = { share: 0.2, upToMs: 350 };

/** A moment. */
export interface Moment {
  readonly seed: number;
  /** Seconds after the host was ready, or after the request. */
  readonly afterSeconds: number;
  /** The host that follows is killed so many real milliseconds after its process began; not when `undefined`. */
  readonly againAfterMs: number | undefined;
}

/** Draws a moment: the same for the same seed. */
export function drawMoment(seed: number): Moment {
  const random = seededRandom(seed);
  const afterSeconds = random() * longestLifeSeconds;
  const againAfterMs = random() < whileStarting.share ? random() * whileStarting.upToMs : undefined;
  return { seed, afterSeconds, againAfterMs };
}
