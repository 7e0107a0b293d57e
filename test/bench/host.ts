/**
 * How quick is the local host? Orchestrations a second beside the bare prototype, driven in turns on the same machine;
 * beside many that wait; and how long a large journal takes to be read. Ends badly when a promise is broken.
 */
import Table from 'cli-table3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HostChild } from './host-child.js';
import { measureContext } from './host-context.js';
import type { HostAsk } from './run-host.js';
import { median } from './statistics.js';

/** Share of the prototype's throughput that is promised. */
const leastShare = { memory: 0.5, journal: 0.3 };

/** Share of the throughput beside 100 waiting instances that is promised beside the most. */
const leastFlat = 0.75;

/** Waiting instances that work goes on beside, and the input of each. */
const waiting = [100, 5_000, 50_000];
const inputBytes = 3 * 1024;

/** Runs of each host and workload, in turns, after some that warm up what is compiled while it runs. */
const rounds = 7;
const warmUps = 2;

/** Least length of a run. */
const atLeastMs = 2_000;

/** Orchestrations at once. */
const workloads: readonly HostAsk[] = [
  { name: 'fan', count: 400, isToEnd: true, atLeastMs },
  { name: 'chain', count: 200, isToEnd: true, atLeastMs },
];

/** 44 events in the history of each, so 100,012 in all. */
const recovered = { name: 'chain-and-wait', count: 2_273, events: 100_012 };

/** Median orchestrations a second, by host and workload. */
type Rates = ReadonlyMap<string, readonly number[]>;

/** Measures everything, prints it, and says whether the promises hold. */
export async function benchHost(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-host-'));
  try {
    const isQuick = await besideThePrototype(folder);
    const isFlat = await besideWaiting(folder);
    await recovery(folder);
    await context();
    return isQuick && isFlat;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets hosts run in turns, since a machine is not equally quick all the time. */
async function ratesOf(children: readonly HostChild[], asks: readonly HostAsk[]): Promise<Rates> {
  const taken = new Map(children.map(({ name }) => [name, asks.map((): number[] => [])]));
  for (let round = -warmUps; round < rounds; round++)
    for (const [at, ask] of asks.entries())
      for (const child of turned(children, round)) {
        const { count, tookMs } = await child.ask(ask);
        if (round >= 0) taken.get(child.name)?.[at]?.push((count * 1000) / tookMs);
      }
  return new Map([...taken].map(([name, runs]) => [name, runs.map((values) => median(values))]));
}

/** Another begins in each round, so that none always runs after the same. */
function turned<T>(items: readonly T[], round: number): readonly T[] {
  const first = Math.max(0, round) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

async function besideThePrototype(folder: string): Promise<boolean> {
  const place = resolve(process.env['LOCAL_HOST_PROTOTYPE'] ?? '../shared/prototypes/local-host');
  const hasPrototype = existsSync(join(place, 'host.js'));
  const children = [
    await HostChild.start('in memory', {}),
    await HostChild.start('with the journal', { BENCH_JOURNAL: join(folder, 'quick') }),
    ...(hasPrototype ? [await HostChild.start('prototype', { BENCH_PROTOTYPE: place })] : []),
  ];
  const rates = await ratesOf(children, workloads);
  await Promise.all(children.map((child) => child.kill()));
  const bare = rates.get('prototype');
  const table = new Table({
    head: ['orchestrations a second', 'two at once and a timer', 'of it', 'chain of ten', 'of it'],
    style: { head: [], border: [] },
  });
  for (const [name, values] of rates)
    table.push([name, ...values.flatMap((rate, at) => [rate.toFixed(0), shareOf(rate, bare?.[at])])]);
  process.stdout.write(`${table.toString()}\n`);
  if (bare === undefined) {
    process.stdout.write(
      `Not held against the prototype: there is none in ${place} (LOCAL_HOST_PROTOTYPE).\n`,
    );
    return true;
  }
  const holds = (name: string, least: number) =>
    (rates.get(name) ?? []).every((rate, at) => rate >= least * (bare[at] ?? Infinity));
  return holds('in memory', leastShare.memory) && holds('with the journal', leastShare.journal);
}

function shareOf(rate: number, bare: number | undefined): string {
  return bare === undefined ? '' : (rate / bare).toFixed(2);
}

async function besideWaiting(folder: string): Promise<boolean> {
  const [fan] = workloads;
  if (fan === undefined) return false;
  let isFlat = true;
  const table = new Table({
    head: [
      'two at once and a timer, a second',
      ...waiting.map((count) => `beside ${count} that wait`),
      'last of first',
    ],
    style: { head: [], border: [] },
  });
  for (const kind of ['in memory', 'with the journal']) {
    const children: HostChild[] = [];
    for (const count of waiting) {
      const journal = join(folder, `flat-${count}`);
      const child = await HostChild.start(
        String(count),
        kind === 'in memory' ? {} : { BENCH_JOURNAL: journal },
      );
      children.push(child);
      // In portions, as they would come.
      for (let left = count; left > 0; left -= 500)
        await child.ask({ name: 'wait', count: Math.min(500, left), inputBytes, isToEnd: false });
    }
    const rates = [...(await ratesOf(children, [fan])).values()].map(([rate = 0]) => rate);
    await Promise.all(children.map((child) => child.kill()));
    const share = (rates.at(-1) ?? 0) / (rates[0] ?? Infinity);
    table.push([kind, ...rates.map((rate) => rate.toFixed(0)), share.toFixed(2)]);
    isFlat &&= share >= leastFlat;
  }
  process.stdout.write(`${table.toString()}\n`);
  return isFlat;
}

async function recovery(folder: string): Promise<void> {
  const environment = { BENCH_JOURNAL: join(folder, 'recovery'), BENCH_NO_SNAPSHOT: 'yes' };
  const { name, count, events } = recovered;
  const writes = await HostChild.start('writes', environment);
  await writes.ask({ name, count, isToEnd: false });
  await writes.kill();
  const empty = await HostChild.start('empty', { BENCH_JOURNAL: join(folder, 'empty') });
  const reads = await HostChild.start('reads', environment);
  process.stdout.write(
    `A journal of ${events} events in ${count} instances, after a kill: ready after ${reads.readyMs.toFixed(0)} ms, with an empty one after ${empty.readyMs.toFixed(0)} ms.\n`,
  );
  await Promise.all([empty.kill(), reads.kill()]);
}

async function context(): Promise<void> {
  const measured = await measureContext();
  process.stdout.write(
    measured.kind === 'measured'
      ? `For context, @microsoft/durabletask-js 0.4.0 in memory on Node 22: ${measured.fan} and ${measured.chain} a second.\n`
      : `@microsoft/durabletask-js was not measured: ${measured.why}\n`,
  );
}
