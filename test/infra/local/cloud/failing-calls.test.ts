/** Do as many calls fail as are to, in all shapes, the same ones for a seed? And do faults end when they should? */
import { expect, test } from '@jest/globals';
import { drawMishap } from '../../../../infra/local/cloud/failing-calls.js';
import { Faults, type Fault } from '../../../../infra/local/cloud/faults.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { failureShapes } from '../../../../infra/local/cloud/server-errors.js';
import type { WireRequest } from '../../../../infra/local/cloud/wire.js';

/** Faults whose time passes when the test says so. */
function faultsWith(...all: readonly Fault[]) {
  const ends: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => void ends.push(resolve));
  const faults = new Faults(seededRandom(1), { pause });
  for (const fault of all) faults.add(fault);
  const passTime = async () => {
    for (const end of ends.splice(0)) end();
    await Promise.resolve();
  };
  return { faults, passTime };
}

const request = (path: string): WireRequest => ({
  ...{ host: 'management.azure.com', method: 'GET', path },
  ...{ query: new URLSearchParams(), headers: {}, body: undefined },
});

const resource = request('/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/loadBalancers/lb');
const poll = request('/subscriptions/s/providers/Microsoft.Network/locations/w/operations/o');

/** What happens to so many calls, in short. */
function happened(faults: Faults, seed: number, calls: number, to = resource): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: calls }, () => {
    const mishap = drawMishap(faults, random, to);
    if (mishap === undefined) return 'well';
    return `${mishap.refusal?.answer.status ?? 'cut'} ${mishap.isAfter ? 'after' : 'before'}`;
  });
}

test('a twentieth of the calls fails, in every shape, and the same calls for the same seed', () => {
  const { faults } = faultsWith({ kind: 'failing-calls', share: 0.05 });
  const all = happened(faults, 3, 4000);
  const failed = all.filter((what) => what !== 'well');
  expect(failed.length / all.length).toBeCloseTo(0.05, 2);
  expect(new Set(failed).size).toBe(failureShapes.length);
  expect(happened(faults, 3, 4000)).toEqual(all);
  expect(happened(faults, 4, 4000)).not.toEqual(all);
});

test('only polls fail when only polls are to', () => {
  const { faults } = faultsWith({ kind: 'failing-polls', share: 1 });
  expect(new Set(happened(faults, 1, 100))).toEqual(new Set(['well']));
  expect(new Set(happened(faults, 1, 100, poll))).toEqual(new Set(['500 before', '503 before']));
});

test('a fault ends by itself after its time, or when it is ended', async () => {
  const { faults, passTime } = faultsWith(
    { kind: 'no-capacity', zone: '2', forSeconds: 1200 },
    { kind: 'no-capacity', zone: '3' },
  );
  expect(['1', '2', '3'].map((zone) => faults.lacksCapacity(zone))).toEqual([
    ...[undefined, 'capacity', 'capacity'],
  ]);
  await passTime();
  expect(['2', '3'].map((zone) => faults.lacksCapacity(zone))).toEqual([undefined, 'capacity']);
  faults.clear('no-capacity');
  expect(faults.all()).toEqual([]);
});

test('operations of a type and verb fail as often as is wanted, and no others', () => {
  const [code, message] = ['OSProvisioningTimedOut', 'OS provisioning did not finish in the allotted time.'];
  const type = 'Microsoft.Compute/virtualMachines';
  const { faults } = faultsWith({ kind: 'operation-fails', type, verb: 'create', code, message, times: 2 });
  expect(faults.failureOf(type, 'delete')).toBeUndefined();
  expect(faults.failureOf('Microsoft.Network/loadBalancers', 'create')).toBeUndefined();
  const failures = Array.from({ length: 3 }, () => faults.failureOf(type.toLowerCase(), 'create'));
  expect(failures).toEqual([{ code, message }, { code, message }, undefined]);
});
