/** From which stream is each kind of chance drawn? From one of its own, so that none shifts what another draws. */
import { durationsDrawnBy, type Draw } from './durations.js';
import { seededRandom, type Random } from './random.js';

/** A cloud's streams. How often a client asks must not change how long Azure takes. */
export interface Streams {
  /** Ids, ETags and what else has no stream of its own. */
  readonly ids: Random;
  readonly durations: Draw;
  readonly latencies: Draw;
  /** What Monitor and Event Grid draw, ids and delays alike. */
  readonly signals: Random;
  /** Which calls fail, and how. */
  readonly mishaps: Random;
  /** What first answers say. */
  readonly answers: Random;
  /** How late lists learn of what was made or is gone. */
  readonly lags: Draw;
  /** How long a role takes to apply. */
  readonly roles: Draw;
}

/** Sets the streams apart from each other, all by one seed. */
export function streamsOf(seed: number, longest: number): Streams {
  const drawnBy = (random: Random) => durationsDrawnBy(random, longest);
  return {
    ids: seededRandom(seed),
    durations: drawnBy(seededRandom(seed + 0x5eed)),
    latencies: drawnBy(seededRandom(seed + 1)),
    signals: seededRandom(seed + 0xa1e7),
    mishaps: seededRandom(seed + 0xbad),
    answers: seededRandom(seed + 0xa45),
    lags: drawnBy(seededRandom(seed + 0x1a6)),
    roles: drawnBy(seededRandom(seed + 0x401e)),
  };
}
