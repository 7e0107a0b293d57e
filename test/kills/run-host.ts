/** Runs the app in a host over a journal that stays, until it is killed. */
import { readFileSync } from 'node:fs';
import { installScaledClock } from '../../infra/local/region/scaled-clock.js';
import type { FromHost, HostWish } from './parts.js';

const { clock, ...wish } = JSON.parse(process.argv[2] ?? '{}') as HostWish; // written by region-in-parts.ts
process.once('disconnect', () => process.exit(1));
installScaledClock(clock.speed, clock.startAt, clock.realStart);
const { startHost } = await import('../../infra/local/host/host.js');

const { url } = await startHost({
  ...wish,
  hostJson: JSON.parse(readFileSync('host.json', 'utf8')) as object, // our own file
  // The clock is scaled, which makes what the app computes look slow.
  timeouts: 'told',
  log: (level, text) => {
    if (level === 'error' || level === 'warning') process.stderr.write(`${level}: ${text}\n`);
  },
  // Small, so that kills hit snapshots too.
  compactAfterBytes: 100_000,
});
process.send?.({ url } satisfies FromHost);
