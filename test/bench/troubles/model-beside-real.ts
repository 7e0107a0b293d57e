/** Does the modelled gateway behave as the real one? Pure: the same cases, side by side. */
import type { LoadReport } from '../../lab/load-report.js';

/** One case with one gateway. */
export interface Beside {
  readonly name: string;
  readonly title: string;
  readonly real: LoadReport;
  readonly model: LoadReport;
  /** What takes time is a start in a guest of the lab, so that nothing follows from a difference. */
  readonly hasLabsPace: boolean;
}

/** A difference that is too small to matter, in seconds: one check's cadence. */
const smallSeconds = 3;

/** Most that they may differ by. */
const share = 1 / 3;

function isClose({ real, model }: Beside): boolean {
  const [less = 0, more = 0] = [real.gapSeconds, model.gapSeconds].sort((a, b) => a - b);
  return more - less <= Math.max(smallSeconds, more * share);
}

function verdict(one: Beside): string {
  if (isClose(one)) return '';
  return one.hasLabsPace ? 'the lab’s pace' : 'differs';
}

/** Head and rows of a table. */
export function besideTable(
  all: readonly Beside[],
): [readonly string[], readonly (readonly (string | number)[])[]] {
  const head = [
    'what happens',
    'gateway',
    'real: gap, s',
    'model: gap, s',
    'real: edges',
    'model: edges',
    '',
  ];
  const rows = all.map((one) => [
    ...[one.name, one.title, one.real.gapSeconds.toFixed(1), one.model.gapSeconds.toFixed(1)],
    ...[one.real.edges.join(' → '), one.model.edges.join(' → '), verdict(one)],
  ]);
  return [head, rows];
}

/** Those cases in which they differ by more than a third. */
export function differences(all: readonly Beside[]): readonly string[] {
  return all
    .filter((one) => !isClose(one) && !one.hasLabsPace)
    .map(({ name, title, real, model }) => `${name}: ${title}: ${real.gapSeconds} s, ${model.gapSeconds} s`);
}
