/** What has been measured, and from when on can it be read? The store behind queries and alert rules. */
import { idKey } from './arm-id.js';
import { durationsDrawnBy, longestOf } from './durations.js';
import type { MetricDefinition } from './metric-definitions.js';
import { sampled, merged, type Bucket, type Minutes, type Series } from './metric-series.js';
import { minuteMs } from './monitor-time.js';
import { seededRandom } from './random.js';

/** How long minutes are kept. Azure keeps 93 days; nobody here looks that far back. */
const keptMinutes = 6 * 60;

/** How often ended series are looked for. */
const sweepMinutes = 60;

interface Kept {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly minutes: Map<number, Bucket>;
}

/** When a machine got or lost power, in milliseconds since the epoch. */
interface PowerChange {
  readonly at: number;
  readonly isOn: boolean;
}

/** The region's metrics. */
export class Metrics {
  /** By resource and metric, then by dimensions. */
  readonly #samples = new Map<string, Map<string, Kept>>();
  readonly #power = new Map<string, PowerChange[]>();
  #sweptAt = 0;

  /** @param longest as for all durations: 0.9 for a usual day */
  constructor(
    private readonly seed: number,
    private readonly longest: number,
  ) {}

  /** Takes a sample of now. */
  sample(resourceId: string, name: string, dimensions: Kept['dimensions'], value: number): void {
    this.add(resourceId, { name }, dimensions, Math.floor(Date.now() / minuteMs), sampled(value));
  }

  /** Takes what was gathered in a minute. */
  add(
    resourceId: string,
    metric: Pick<MetricDefinition, 'name' | 'namespace'>,
    dimensions: Kept['dimensions'],
    minute: number,
    bucket: Bucket,
  ): void {
    const key = keyOf(resourceId, metric);
    const all = this.#samples.get(key) ?? new Map<string, Kept>();
    this.#samples.set(key, all);
    const kept = all.get(JSON.stringify(dimensions)) ?? { dimensions, minutes: new Map<number, Bucket>() };
    all.set(JSON.stringify(dimensions), kept);
    const known = kept.minutes.get(minute);
    kept.minutes.set(minute, known === undefined ? bucket : (merged([known, bucket]) ?? bucket));
    for (const old of kept.minutes.keys()) if (old < minute - keptMinutes) kept.minutes.delete(old);
    this.#sweep(minute);
  }

  /** Forgets, now and then, series that have ended: those of machines and addresses that are gone. */
  #sweep(minute: number): void {
    if (minute < this.#sweptAt + sweepMinutes) return;
    this.#sweptAt = minute;
    for (const [key, all] of this.#samples) {
      for (const [dimensions, { minutes }] of all) {
        if (Math.max(...minutes.keys()) < minute - keptMinutes) all.delete(dimensions);
      }
      if (all.size === 0) this.#samples.delete(key);
    }
    const oldest = (minute - keptMinutes) * minuteMs;
    for (const [id, changes] of this.#power) {
      const last = changes.at(-1);
      if (last !== undefined && !last.isOn && last.at < oldest) this.#power.delete(id);
    }
  }

  /** A machine got or lost power. */
  power(machineId: string, isOn: boolean): void {
    const changes = this.#power.get(idKey(machineId)) ?? [];
    if (changes.at(-1)?.isOn !== isOn) changes.push({ at: Date.now(), isOn });
    this.#power.set(idKey(machineId), changes);
  }

  /** What can be read of a metric at an instant: each series with the minutes that have come in by then. */
  read(resourceId: string, metric: MetricDefinition, nowMs: number): readonly Series[] {
    // Most minutes are old, and need no draw; a rule reads them all at each look.
    const certain = nowMs - Math.max(minuteMs, longestOf(metric.delay) * 1000);
    const isIn = (minute: number) =>
      minute * minuteMs <= certain ||
      minute * minuteMs + this.#delaySeconds(resourceId, metric, minute) * 1000 <= nowMs;
    return this.#series(resourceId, metric, nowMs).map(({ dimensions, minutes }) => ({
      dimensions,
      minutes: new Map([...minutes].filter(([minute]) => isIn(minute))),
    }));
  }

  #series(resourceId: string, metric: MetricDefinition, nowMs: number): readonly Series[] {
    if (metric.name !== 'VmAvailabilityMetric')
      return [...(this.#samples.get(keyOf(resourceId, metric))?.values() ?? [])];
    const changes = this.#power.get(idKey(resourceId));
    return changes === undefined ? [] : [{ dimensions: {}, minutes: availability(changes, nowMs) }];
  }

  /**
   * Counted from the minute's start, and never below a minute, which an unfinished one would be (an estimate, as the
   * durations are). Drawn by what it is about, so that reading often or seldom doesn't change it.
   */
  #delaySeconds(resourceId: string, { delay }: MetricDefinition, minute: number): number {
    let mixed = this.seed ^ minute;
    for (const letter of idKey(resourceId)) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
    return Math.max(minuteMs / 1000, durationsDrawnBy(seededRandom(mixed), this.longest)(delay));
  }
}

function keyOf(resourceId: string, { namespace = '', name }: Pick<MetricDefinition, 'name' | 'namespace'>) {
  return `${idKey(resourceId)} ${namespace.toLowerCase()} ${name}`;
}

/** 1 for a minute at whose end the machine has power, 0 for the one in which it lost it, then nothing (inferred). */
function availability(changes: readonly PowerChange[], nowMs: number): Minutes {
  const minutes = new Map<number, Bucket>();
  const last = Math.floor(nowMs / minuteMs);
  const first = Math.max(Math.floor((changes[0]?.at ?? nowMs) / minuteMs), last - keptMinutes);
  for (let minute = first; minute < last; minute++) {
    const startMs = minute * minuteMs;
    const before = changes.filter(({ at }) => at < startMs + minuteMs);
    const isOn = before.at(-1)?.isOn === true;
    const hadPower = before.some(({ at, isOn }, index) => isOn && (before[index + 1]?.at ?? at) >= startMs);
    if (isOn) minutes.set(minute, sampled(1));
    else if (hadPower) minutes.set(minute, sampled(0));
  }
  return minutes;
}
