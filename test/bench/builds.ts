/** How long does a build take, beside the sum of what Azure takes, and what does it ask of ARM? */
import Table from 'cli-table3';
import type { Call } from '../../infra/local/cloud/call-log.js';
import type { MachineTimings } from '../../infra/local/gateways/machine-timings.js';
import { siteSpec, TestRegion } from '../region/start-region.js';
import { boundsOf, type MachineSeen, type OperationSeen } from './bound.js';
import { median } from './statistics.js';

/** The ratio and the reads that are promised. */
const promised = { ratio: 1.1, readsPerGateway: 15 };

/** One build that is measured. */
export interface Run {
  readonly seed: number;
  /** Longest duration of Azure's that is drawn: 0.9 for a usual day, 0.99 for one with what is rare. */
  readonly longest: number;
}

const usualRuns: readonly Run[] = [
  ...Array.from({ length: 9 }, (_, index) => ({ seed: index + 1, longest: 0.9 })),
  ...Array.from({ length: 5 }, (_, index) => ({ seed: index + 1, longest: 0.99 })),
];

/** Reads runs that are named as `seed:longest`; the usual ones for none. */
export function readBuilds(named: readonly string[]): readonly Run[] {
  if (named.length === 0) return usualRuns;
  return named.map((run) => {
    const [seed = 1, longest = 0.9] = run.split(':').map(Number);
    return { seed, longest };
  });
}

/** What one build took. */
interface Measured extends Run {
  readonly servedSeconds: number;
  readonly boundSeconds: number;
  readonly ratio: number;
  readonly gateways: number;
  readonly reads: number;
  readonly writes: number;
  /** Measured in one run alone: it comes ten minutes later. */
  readonly readsAtRest: number | undefined;
}

async function measure(run: Run, looksAtRest: boolean): Promise<Measured> {
  const region = await TestRegion.start(run);
  try {
    await region.api.request(siteSpec('hq'));
    const site = await region.until('hq', ({ phase }) => phase === 'serving', 9000);
    const calls = await armCalls(region);
    const operations = await region.call<readonly OperationSeen[]>('region.cloud.operations');
    const bounds = boundsOf(operations, await machinesOf(region));
    const boundSeconds = Math.max(...bounds.map(({ seconds }) => seconds));
    const servedSeconds = (Date.parse(site.phaseSince) - Date.parse(site.requestedAt)) / 1000;
    return {
      ...run,
      servedSeconds,
      boundSeconds,
      ratio: servedSeconds / boundSeconds,
      gateways: site.observed.gateways.length,
      reads: calls.filter(({ method }) => method === 'GET').length,
      writes: calls.filter(({ method }) => method !== 'GET').length,
      readsAtRest: looksAtRest ? await readsAtRest(region) : undefined,
    };
  } finally {
    await region.close();
  }
}

async function armCalls(region: TestRegion): Promise<readonly Call[]> {
  const calls = await region.call<readonly Call[]>('region.cloud.calls');
  return calls.filter(({ host }) => host.startsWith('management'));
}

async function machinesOf(region: TestRegion): Promise<readonly MachineSeen[]> {
  const draws = await region.call<readonly MachineSeen[]>('region.cloud.draws');
  return Promise.all(
    draws.map(async (draw) => ({
      ...draw,
      ...(await region.call<MachineTimings>('region.guests.timings', draw.id)),
    })),
  );
}

/** Reads of one look at a site at rest: the next that the sweep starts. */
async function readsAtRest(region: TestRegion): Promise<number> {
  const before = (await armCalls(region)).length;
  for (;;) {
    await region.pass(20);
    const looked = (await armCalls(region)).length;
    if (looked > before) {
      await region.pass(20);
      return (await armCalls(region)).length - before;
    }
  }
}

/**
 * Measures all runs.
 *
 * @returns whether what is promised was kept
 */
export async function benchBuilds(runs: readonly Run[]): Promise<boolean> {
  const measured: Measured[] = [];
  for (const run of runs) {
    measured.push(await measure(run, measured.length === 0));
    process.stderr.write(`builds: ${measured.length} of ${runs.length}\n`);
  }
  process.stdout.write(`${tableOf(measured)}\n`);
  const usual = measured.filter(({ longest }) => longest === 0.9);
  const rare = measured.filter(({ longest }) => longest > 0.9);
  if (rare.length > 0) process.stdout.write(`Days with what is rare: ${words(mediansOf(rare))}.\n`);
  const { ratio, reads } = mediansOf(usual);
  process.stdout.write(
    `Usual days: ${words({ ratio, reads })}; promised ${promised.ratio} and ${promised.readsPerGateway}.\n`,
  );
  return ratio <= promised.ratio && reads <= promised.readsPerGateway;
}

function tableOf(measured: readonly Measured[]): string {
  const head = ['seed', 'day', 'served', 'bound', 'ratio', 'reads', 'writes', 'look at rest'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { seed, longest, servedSeconds, boundSeconds, ratio, gateways, ...calls } of measured) {
    table.push([
      seed,
      longest > 0.9 ? 'rare' : 'usual',
      `${servedSeconds.toFixed(0)} s`,
      `${boundSeconds.toFixed(0)} s`,
      ratio.toFixed(3),
      `${(calls.reads / gateways).toFixed(1)} a gateway`,
      `${(calls.writes / gateways).toFixed(1)} a gateway`,
      calls.readsAtRest === undefined ? '' : `${calls.readsAtRest} reads`,
    ]);
  }
  return table.toString();
}

function mediansOf(measured: readonly Measured[]) {
  return {
    ratio: median(measured.map(({ ratio }) => ratio)),
    reads: median(measured.map(({ reads, gateways }) => reads / gateways)),
  };
}

function words({ ratio, reads }: ReturnType<typeof mediansOf>): string {
  return `median ${ratio.toFixed(3)} of the bound, ${reads.toFixed(1)} reads of ARM a gateway`;
}
