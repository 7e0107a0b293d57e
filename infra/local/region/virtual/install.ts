/** What makes two runs with one seed the same? Clock, network and chance of the whole process, installed before all else. */
import { installMemoryFetch } from './memory-fetch.js';
import { installMemoryNetwork } from './memory-network.js';
import { installSeededChance } from './seeded-chance.js';
import { installVirtualClock, type VirtualClock } from './virtual-clock.js';

/** Keeps the chance of the process apart from the order of its timers. */
const chanceStream = 0xc4a9ce;

/**
 * Puts this process into virtual time. Time passes while somebody lets it pass, or somebody outside awaits an answer.
 *
 * @param startAt where time starts, in milliseconds since the epoch
 */
export function installVirtualTime(seed: number, startAt: number): VirtualClock {
  const clock = installVirtualClock(seed, startAt);
  installSeededChance(seed + chanceStream);
  installMemoryNetwork((answered) => void clock.during(answered));
  installMemoryFetch();
  return clock;
}
