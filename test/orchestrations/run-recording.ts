/** Records the history that replay.test.ts replays: `node --import tsx test/orchestrations/run-recording.ts`. */
import { writeFileSync } from 'node:fs';
import { siteSpec, TestRegion } from '../region/start-region.js';

interface Recorded {
  readonly id: string;
  readonly input: unknown;
  readonly history: readonly unknown[];
}

/** Seconds until a run that has nothing left to do has ended. */
const endSeconds = 90;

const region = await TestRegion.start({ seed: 5 });
await region.api.request(siteSpec('hq', { zones: ['1'] }));
await region.until('hq', ({ phase }) => phase === 'serving');
await region.pass(endSeconds);
const [recorded] = await region.call<readonly Recorded[]>('histories');
if (recorded === undefined) throw new Error('No orchestration ran.');
const { id: instanceId, input, history: historyEvents } = recorded;
writeFileSync(
  new URL('./histories/build.json', import.meta.url),
  `${JSON.stringify({ instanceId, input, historyEvents }, undefined, 2)}\n`,
);
await region.close();
