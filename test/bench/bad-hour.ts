/** What does a bad hour of Azure do to a build? The timeline of one, and of each seed how long, how many calls, what was doubled. */
import Table from 'cli-table3';
import type { Call } from '../../infra/local/cloud/call-log.js';
import { buildInBadHour, type BadHourStory } from '../region/bad-hour-story.js';
import { findDoubles } from '../region/find-doubles.js';

/** Enough to see the difference between days; one takes some 25 s. */
export const usualBadHours = 5;

const slots = ['hq-z1-1', 'hq-z2-1', 'hq-z3-1'];

/**
 * Builds a site of three zones through a bad hour, once a seed.
 *
 * @returns whether each came up, with nothing doubled, orphaned or left over, and nothing in the clear
 */
export async function benchBadHour({
  seeds,
  firstSeed,
}: {
  readonly seeds: number;
  readonly firstSeed: number;
}): Promise<boolean> {
  const head = ['seed', 'served', 'tries in zone 2', 'calls', '429', '500', '503', '504', 'cut', 'doubled'];
  const table = new Table({ head, style: { head: [], border: [] } });
  let isWell = true;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const story = await buildInBadHour(seed);
    const wrong = wrongIn(story);
    isWell = isWell && wrong.length === 0;
    if (seed === firstSeed) process.stdout.write(timelineOf(story));
    for (const sentence of wrong) process.stdout.write(`seed ${seed}: ${sentence}\n`);
    table.push(rowOf(story, wrong.length));
    process.stderr.write(`bad-hour: ${seed - firstSeed + 1} of ${seeds}\n`);
  }
  process.stdout.write(
    `5 % of calls fail (500, 503, 504, cut before and after their work), buckets are a tenth, zone 2 has no capacity for 20 minutes.\n${table.toString()}\n`,
  );
  return isWell;
}

function wrongIn(story: BadHourStory): readonly string[] {
  return [
    ...findDoubles(story, slots),
    ...(story.credentials === slots.length ? [] : [`Zscaler has ${story.credentials} credentials.`]),
    ...(story.leaks === 0 ? [] : [`${story.leaks} packets left in the clear.`]),
  ];
}

function rowOf({ seed, servedSeconds, operations, calls }: BadHourStory, doubled: number) {
  const tries = operations.filter(
    ({ verb, resourceId }) => verb === 'create' && /\/vm-hq-z2-1-g\d+$/.test(resourceId),
  );
  const count = (status: number) => calls.filter((call: Call) => call.status === status).length;
  return [
    seed,
    `${(servedSeconds / 60).toFixed(1)} min`,
    tries.length,
    calls.length,
    ...[429, 500, 503, 504, 0].map(count),
    doubled === 0 ? 'nothing' : doubled,
  ];
}

function timelineOf({ seed, timeline, site }: BadHourStory): string {
  const lines = timeline.map(({ at, gateway = '', sentence }) => {
    const seconds = (Date.parse(at) - Date.parse(site.requestedAt)) / 1000;
    return `${clock(seconds)}  ${gateway.padEnd(8)} ${sentence}`;
  });
  return `seed ${seed}\n${lines.join('\n')}\n\n`;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
