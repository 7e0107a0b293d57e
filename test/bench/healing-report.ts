/** What was measured of healing, and which promise is broken? A row a fault, both policies side by side. */
import Table from 'cli-table3';
import type { FaultName } from '../../infra/local/region/faults.js';
import type { RegionHealed } from './healing.js';
import { benchFaults, capSeconds, type BenchFault, type Healed, type Policy } from './healing-messages.js';
import { differenceInterval, median, p95, type Pair, type Statistic } from './statistics.js';

/** Less than this is no difference: the balancer asks a gateway every 5 s, and the bench looks every 2 s. */
const resolution = { seconds: 5, lost: 5 };

type Measure = keyof typeof resolution;

/** A fault of all seeds under both policies. */
interface Row {
  readonly fault: BenchFault;
  readonly seeds: number;
  readonly pairs: Readonly<Record<Measure, readonly Pair[]>>;
  /** Machines made over all seeds. */
  readonly replaced: Readonly<Record<Policy, number>>;
  readonly needless: Readonly<Record<Policy, number>>;
}

type Verdict = 'better' | 'as good' | 'worse';

/** What a run of this part has come to. */
export interface HealingRun {
  readonly done: readonly RegionHealed[];
  /** A sentence for each region that couldn't be measured. */
  readonly failed: readonly string[];
  readonly faults: readonly FaultName[];
  /** Real minutes, as text. */
  readonly minutes: string;
}

/** Prints the table, and every broken promise. @returns whether none is broken */
export function reportHealing({ done, failed, faults, minutes }: HealingRun): boolean {
  const rows = rowsOf(done, faults);
  const broken = [...failed, ...brokenPromises(done, faults)];
  const seeds = Math.min(...rows.map((row) => row.seeds));
  process.stdout.write(
    `${tableOf(rows)}\n` +
      'Median / 95th percentile; in brackets, how ours is beside "replace after 5 bad minutes in a row", beyond\n' +
      'chance (95 %, bootstrap over the seeds) and the resolution of 5 s or 5 requests.\n' +
      `${seeds} seeds, ${minutes} min. Promised: never worse, better where less than another machine helps, ` +
      `0 machines replaced needlessly.\n`,
  );
  for (const why of broken) process.stdout.write(`BROKEN: ${why}\n`);
  return broken.length === 0;
}

/** A sentence for each promise that isn't kept by what was measured. */
export function brokenPromises(
  done: readonly RegionHealed[],
  faults: readonly FaultName[],
): readonly string[] {
  return rowsOf(done, faults).flatMap(brokenOf);
}

function rowsOf(done: readonly RegionHealed[], faults: readonly FaultName[]): readonly Row[] {
  return benchFaults.filter(({ wish }) => faults.includes(wish.fault)).map((fault) => rowOf(fault, done));
}

function rowOf(fault: BenchFault, done: readonly RegionHealed[]): Row {
  const of = (policy: Policy, seed: number): Healed | undefined =>
    done
      .find((region) => region.policy === policy && region.seed === seed)
      ?.healed.find((healed) => healed.fault === fault.wish.fault);
  const both = [...new Set(done.map(({ seed }) => seed))].flatMap((seed) => {
    const [tunnelkeeper, plain] = [of('tunnelkeeper', seed), of('plain', seed)];
    return tunnelkeeper === undefined || plain === undefined ? [] : [{ tunnelkeeper, plain }];
  });
  const pairs = (value: (healed: Healed) => number): readonly Pair[] =>
    both.map(({ tunnelkeeper, plain }) => ({ ours: value(tunnelkeeper), plain: value(plain) }));
  const sum = (policy: Policy, value: (healed: Healed) => number) =>
    both.reduce((total, one) => total + value(one[policy]), 0);
  const needless = ({ replaced }: Healed) => Math.max(0, replaced - fault.needed);
  const replaced = ({ replaced: made }: Healed) => made;
  return {
    fault,
    seeds: both.length,
    pairs: {
      seconds: pairs(({ seconds }) => seconds ?? Number.POSITIVE_INFINITY),
      lost: pairs(({ lost }) => lost),
    },
    replaced: { tunnelkeeper: sum('tunnelkeeper', replaced), plain: sum('plain', replaced) },
    needless: { tunnelkeeper: sum('tunnelkeeper', needless), plain: sum('plain', needless) },
  };
}

const statistics: readonly { readonly name: string; readonly of: Statistic }[] = [
  { name: 'median', of: median },
  { name: '95th percentile', of: p95 },
];

function brokenOf(row: Row): readonly string[] {
  const { fault, pairs, needless, seeds } = row;
  const name = fault.wish.fault;
  if (seeds === 0) return [`${name}: nothing was measured.`];
  const worse = (['seconds', 'lost'] as const).flatMap((measure) =>
    statistics
      .filter(({ of }) => verdictOf(pairs[measure], of, measure) === 'worse')
      .map((one) => `${name}: the ${one.name} of ${measure} is worse than the plain policy's.`),
  );
  const isBetter = verdictOf(pairs.seconds, median, 'seconds') === 'better';
  return [
    ...worse,
    ...(fault.lowerRungHelps && !isBetter ? [`${name}: not better, though a lower rung helps.`] : []),
    ...(needless.tunnelkeeper > 0 ? [`${name}: ${needless.tunnelkeeper} machines replaced needlessly.`] : []),
  ];
}

function verdictOf(pairs: readonly Pair[], statistic: Statistic, measure: Measure): Verdict {
  const ours = statistic(pairs.map((pair) => pair.ours));
  const plain = statistic(pairs.map((pair) => pair.plain));
  if (ours === plain || Math.abs(ours - plain) <= resolution[measure]) return 'as good';
  const { low, high } = differenceInterval(pairs, statistic);
  if (low > 0) return 'worse';
  return high < 0 ? 'better' : 'as good';
}

function tableOf(rows: readonly Row[]): string {
  const head = ['fault', 'policy', 'served again', 'requests lost', 'machines made', 'needless'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const { fault, pairs, replaced, needless } = row;
    const ours = (measure: Measure) =>
      `${cellOf(
        pairs[measure].map((pair) => pair.ours),
        measure,
      )} (${verdictsOf(row, measure)})`;
    const plain = (measure: Measure) =>
      cellOf(
        pairs[measure].map((pair) => pair.plain),
        measure,
      );
    table.push(
      [
        fault.wish.fault,
        'Tunnelkeeper',
        ours('seconds'),
        ours('lost'),
        replaced.tunnelkeeper,
        needless.tunnelkeeper,
      ],
      ['', 'plain', plain('seconds'), plain('lost'), replaced.plain, needless.plain],
    );
  }
  return table.toString();
}

function verdictsOf({ pairs }: Row, measure: Measure): string {
  const [middle, high] = statistics.map(({ of }) => verdictOf(pairs[measure], of, measure));
  return middle === high ? String(middle) : `${String(middle)} / ${String(high)}`;
}

function cellOf(values: readonly number[], measure: Measure): string {
  if (values.length === 0) return 'not measured';
  const shown = (value: number) => {
    if (measure === 'lost') return String(value);
    return value === Number.POSITIVE_INFINITY ? `> ${capSeconds} s` : `${value.toFixed(0)} s`;
  };
  return `${shown(median(values))} / ${shown(p95(values))}`;
}
