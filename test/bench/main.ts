/**
 * `npm run bench`: all parts, or the ones that are named: `bad-hour`, `builds`, `day`, `healing`, `host`, `speed`, `sweep`. Ends
 * with 1 when a promise is broken.
 *
 * `npm run bench -- healing --seeds 5`, `npm run bench -- builds --build 3:0.9 --build 4:0.99`.
 */
import { parseArgs } from 'node:util';
import { benchBadHour, usualBadHours } from './bad-hour.js';
import { benchBuilds, readBuilds } from './builds.js';
import { benchHealing, usualRegionsAtOnce } from './healing.js';
import { benchFaults } from './healing-messages.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string' },
    'first-seed': { type: 'string', default: '1' },
    'regions-at-once': { type: 'string', default: String(usualRegionsAtOnce) },
    fault: { type: 'string', multiple: true, default: [] },
    notes: { type: 'string' },
  },
});

const knownFaults = benchFaults.map(({ wish }) => wish.fault);
const parts = {
  host: async () => (await import('./host.js')).benchHost(),
  sweep: async () => (await import('./sweep.js')).benchSweep(),
  day: async () => (await import('./day.js')).benchDay({}),
  speed: async () => (await import('./day.js')).benchSpeed(),
  'bad-hour': () =>
    benchBadHour({ seeds: numberOf('seeds', usualBadHours), firstSeed: numberOf('first-seed') }),
  builds: () => benchBuilds(readBuilds(values.build)),
  healing: () =>
    benchHealing({
      seeds: numberOf('seeds', 50),
      firstSeed: numberOf('first-seed'),
      regionsAtOnce: numberOf('regions-at-once'),
      faults: values.fault.length === 0 ? knownFaults : values.fault.map(faultOf),
      ...(values.notes === undefined ? {} : { notes: values.notes }),
    }),
};
type Part = keyof typeof parts;

const named = positionals.map(partOf);
let isKept = true;
for (const part of named.length === 0 ? (Object.keys(parts) as Part[]) : named) {
  process.stdout.write(`\n${part}\n`);
  isKept = (await parts[part]()) && isKept; // a part that breaks its promise holds up no other
}
process.exitCode = isKept ? 0 : 1;

function partOf(name: string): Part {
  const known = (Object.keys(parts) as Part[]).find((part) => part === name); // the object's own keys
  if (known !== undefined) return known;
  throw new Error(`There is no part ${name}; give ${Object.keys(parts).join(', ')}.`);
}

function faultOf(name: string) {
  const known = knownFaults.find((fault) => fault === name);
  if (known === undefined) throw new Error(`--fault is ${name}; give one of ${knownFaults.join(', ')}.`);
  return known;
}

function numberOf(option: 'seeds' | 'first-seed' | 'regions-at-once', usual?: number): number {
  const value = Number(values[option] ?? usual);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} is ${values[option] ?? 'missing'}; give 1 or more.`);
  return value;
}
