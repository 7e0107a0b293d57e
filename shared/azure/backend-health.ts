/** How many of their probes did the backends of balancers answer, minute by minute? */
import type { MetricsQueryResult } from '@azure/monitor-query';
import { z } from 'zod';
import type { HealthSample } from '../site/looks-off.js';
import type { BackendSample } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { metricsClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** Balancers that one call may ask for (Microsoft Learn, 'Metrics batch': at most 50 resources). */
export const batchBalancers = 50;

/** Minutes that are asked for: the newest sample is one to three minutes late (docs/azure.md). */
const windowMinutes = 5;

/** Longest time for one batch. */
const timeoutMs = 20_000;

/** Azure's clock and ours may differ by so much; a sample from further in the future is none. */
const futureMs = 60_000;

/**
 * Asks for the backend health of up to 50 balancers of one region and subscription by one call.
 *
 * @param ids ARM ids, 1 to 50
 * @returns sound samples by ARM id in lower case, oldest first; a balancer without any is absent
 */
export function readBackendHealth(
  region: string,
  ids: readonly string[],
  now: Date,
): Promise<Outcome<ReadonlyMap<string, readonly HealthSample[]>>> {
  return outcomeOf(
    { verb: 'read', what: `the backend health of ${ids.length} balancers in ${region}` },
    async () => {
      const results = await query(region, ids, now);
      const asked = new Set(ids.map((id) => id.toLowerCase()));
      return new Map(
        results.flatMap((result) => {
          const id = (result.resourceId ?? '').toLowerCase();
          const samples = soundSamples(result, now);
          return asked.has(id) && samples.length > 0 ? [[id, samples] as const] : [];
        }),
      );
    },
  );
}

/** Dimension by which the samples of one balancer are told apart: a member's private address. */
const backendDimension = 'BackendIPAddress';

/** Asks how each member of one balancer's pool answered its probes, oldest first. */
export function readMemberHealth(
  region: string,
  id: string,
  now: Date,
): Promise<Outcome<readonly BackendSample[]>> {
  return outcomeOf({ verb: 'read', what: `the backend health of ${id}` }, async () => {
    const [result] = await query(region, [id], now, { filter: `${backendDimension} eq '*'` });
    const series = (result?.metrics ?? []).flatMap(({ timeseries }) => timeseries);
    return series.flatMap((one) => {
      const privateIp = dimensionOf(one);
      return privateIp === undefined
        ? []
        : soundData(one.data ?? [], now).map(({ at, percent }) => ({ privateIp, at, percent }));
    });
  });
}

async function query(
  region: string,
  ids: readonly string[],
  now: Date,
  more: { readonly filter?: string } = {},
) {
  const client = await metricsClient(region);
  return client.queryResources([...ids], ['DipAvailability'], 'Microsoft.Network/loadBalancers', {
    startTime: new Date(now.getTime() - windowMinutes * 60_000),
    endTime: now,
    interval: 'PT1M',
    aggregation: 'average',
    abortSignal: AbortSignal.timeout(timeoutMs),
    ...more,
  });
}

/** A series as the SDK's batch call hands it over: as the service sent it, whatever its type says (seen in 1.3.3). */
const rawSeries = z.object({
  metadatavalues: z.array(z.object({ name: z.object({ value: z.string() }), value: z.string() })),
});

/** The private address that a series is about; `undefined` for one that names none. */
function dimensionOf(series: unknown): string | undefined {
  const read = rawSeries.safeParse(series);
  if (!read.success) return undefined;
  return read.data.metadatavalues.find(
    ({ name }) => name.value.toLowerCase() === backendDimension.toLowerCase(),
  )?.value;
}

/** Samples that may be believed: with a number of 0 to 100, and a time of the window that was asked for. */
export function soundSamples(
  { metrics }: Pick<MetricsQueryResult, 'metrics'>,
  now: Date,
): readonly HealthSample[] {
  const values = metrics
    .filter(({ name }) => name === 'DipAvailability')
    .flatMap(({ timeseries }) => timeseries.flatMap(({ data = [] }) => data));
  return soundData(values, now);
}

function soundData(
  values: readonly { readonly timeStamp: Date; readonly average?: number }[],
  now: Date,
): readonly HealthSample[] {
  return values
    .flatMap(({ timeStamp, average }) => {
      const at = timeStamp.getTime();
      const ageMs = now.getTime() - at;
      // The SDK leaves a value that is no number as it came, whatever its type says.
      const isPercent = typeof average === 'number' && average >= 0 && average <= 100;
      const isOfWindow = ageMs >= -futureMs && ageMs <= (windowMinutes + 1) * 60_000;
      return isPercent && isOfWindow ? [{ at: new Date(at).toISOString(), percent: average }] : [];
    })
    .sort((a, b) => a.at.localeCompare(b.at));
}
