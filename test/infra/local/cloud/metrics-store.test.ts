/** How long are metrics kept, and when are those forgotten that nobody adds to any more? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { metricOf, type MetricDefinition } from '../../../../infra/local/cloud/metric-definitions.js';
import { Metrics } from '../../../../infra/local/cloud/metrics.js';

const hourMs = 3_600_000;
const balancer = 'Microsoft.Network/loadBalancers';
const machine = 'Microsoft.Compute/virtualMachines';

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 5, 12) });
});

afterEach(() => {
  jest.useRealTimers();
});

function definition(type: string, name: string): MetricDefinition {
  const found = metricOf(type, name);
  if (found === undefined) throw new Error(`There is no metric ${name}.`);
  return found;
}

test('a series that has ended is forgotten after six hours, one that goes on keeps six', () => {
  const metrics = new Metrics(1, 0.9);
  const probes = definition(balancer, 'DipAvailability');
  const counts = (id: string) => metrics.read(id, probes, Date.now()).map(({ minutes }) => minutes.size);
  metrics.sample('gone', 'DipAvailability', { BackendIPAddress: '10.1.4.4' }, 100);
  for (let minute = 0; minute < 5 * 60; minute++) {
    metrics.sample('stays', 'DipAvailability', {}, 100);
    jest.advanceTimersByTime(60_000);
  }
  expect(counts('gone')).toEqual([1]);
  for (let minute = 0; minute < 3 * 60; minute++) {
    metrics.sample('stays', 'DipAvailability', {}, 100);
    jest.advanceTimersByTime(60_000);
  }
  expect(counts('gone')).toEqual([]);
  expect(counts('stays')[0]).toBeGreaterThan(350);
  expect(counts('stays')[0]).toBeLessThanOrEqual(361);
});

test('a machine that lost its power long ago has no availability, one that runs has', () => {
  const metrics = new Metrics(1, 0.9);
  const power = definition(machine, 'VmAvailabilityMetric');
  const series = (id: string) => metrics.read(id, power, Date.now());
  metrics.power('runs', true);
  metrics.power('gone', true);
  jest.advanceTimersByTime(hourMs);
  metrics.power('gone', false);
  expect(series('gone')).toHaveLength(1);
  jest.advanceTimersByTime(8 * hourMs);
  metrics.sample('lb', 'DipAvailability', {}, 100);
  expect(series('gone')).toEqual([]);
  expect(series('runs')[0]?.minutes.size).toBeGreaterThan(350);
});
