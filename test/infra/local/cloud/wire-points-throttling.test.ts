/** How many calls does Azure take, what does it say of it, and how does it refuse the rest? One row a point. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { asRecord } from '../../../../infra/local/cloud/json.js';
import { Throttling, type Counted } from '../../../../infra/local/cloud/throttling.js';
import { VaultThrottling } from '../../../../infra/local/cloud/vault-throttling.js';
import { Refusal } from '../../../../infra/local/cloud/wire.js';
import type { WirePoint } from './helpers/wire-point.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const group = '/subscriptions/s/resourceGroups/rg/providers';
const machine = `${group}/Microsoft.Compute/virtualMachines/vm`;
const counted = (method: string, path: string, principal = 'Bearer a'): Counted => ({
  ...{ method, path },
  headers: { authorization: principal },
});

/** Takes until it is refused; how often it was taken, and the refusal. */
function takeAll(take: () => unknown): {
  readonly taken: number;
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: string | undefined;
} {
  for (let taken = 0; ; taken++) {
    try {
      take();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers, body } = error.answer;
      const { code } = asRecord(asRecord(body)['error']);
      return { taken, status, code, retryAfter: headers?.['retry-after'] };
    }
  }
}

const points: readonly WirePoint[] = [
  {
    point: 'ARM tells what is left of the principal’s bucket and of the global one: 199 and 2999',
    holds() {
      const headers = new Throttling().takeArm(counted('PUT', machine));
      expect(headers).toEqual({
        'x-ms-ratelimit-remaining-subscription-writes': '199',
        'x-ms-ratelimit-remaining-subscription-global-writes': '2999',
        'x-ms-throttling-version': 'v2',
      });
    },
  },
  {
    point: 'ARM counts each principal and each kind for itself, and all together in the global bucket',
    holds() {
      const throttling = new Throttling();
      const take = (method: string, who: string) => throttling.takeArm(counted(method, machine, who));
      expect(takeAll(() => take('PUT', 'Bearer a')).taken).toBe(200);
      expect(take('DELETE', 'Bearer a')['x-ms-ratelimit-remaining-subscription-deletes']).toBe('199');
      expect(take('PUT', 'Bearer b')).toMatchObject({
        'x-ms-ratelimit-remaining-subscription-writes': '199',
        'x-ms-ratelimit-remaining-subscription-global-writes': '2799',
      });
    },
  },
  {
    point: 'ARM’s 429 is SubscriptionRequestsThrottled with Retry-After',
    holds() {
      const throttling = new Throttling();
      expect(takeAll(() => throttling.takeArm(counted('GET', machine)))).toEqual({
        ...{ taken: 250, status: 429, code: 'SubscriptionRequestsThrottled', retryAfter: '1' },
      });
    },
  },
  {
    point:
      'compute tells PutVMSubscriptionMaximum;1499 and PutVMResource;11, and Update, Delete and LowCostGet alike',
    holds() {
      const throttling = new Throttling();
      const left = (method: string, path: string) =>
        throttling.takeProvider(counted(method, path))['x-ms-ratelimit-remaining-resource'];
      const told = (policy: string, all: number, own: number) =>
        `Microsoft.Compute/${policy}SubscriptionMaximum;${all},Microsoft.Compute/${policy}Resource;${own}`;
      expect([
        left('PUT', machine),
        left('POST', `${machine}/start`),
        left('DELETE', machine),
        left('GET', machine),
        left('GET', '/subscriptions/s/providers/Microsoft.Compute/locations/w/operations/o'),
      ]).toEqual([
        told('PutVM', 1499, 11),
        told('UpdateVM', 1499, 11),
        told('DeleteVM', 1499, 11),
        told('LowCostGet', 23_999, 35),
        told('GetOperation', 14_999, 44),
      ]);
    },
  },
  {
    point:
      'compute refuses the 13th write of a machine, and takes 4 more a minute later; others are not touched',
    holds() {
      const throttling = new Throttling();
      const write = (path: string) => throttling.takeProvider(counted('PUT', path));
      expect(takeAll(() => write(machine))).toEqual({
        ...{ taken: 12, status: 429, code: 'OperationNotAllowed', retryAfter: '15' },
      });
      expect(() => write(`${machine}2`)).not.toThrow();
      jest.advanceTimersByTime(60_000);
      expect(takeAll(() => write(machine.toUpperCase())).taken).toBe(4);
    },
  },
  {
    point: 'network: 1,000 writes in five minutes, then 429 TooManyRequests without Retry-After',
    holds() {
      const throttling = new Throttling();
      const write = () =>
        throttling.takeProvider(counted('PUT', `${group}/Microsoft.Network/publicIPAddresses/p`));
      expect(takeAll(write)).toEqual({
        ...{ taken: 1000, status: 429, code: 'TooManyRequests', retryAfter: undefined },
      });
      jest.advanceTimersByTime(300_000);
      expect(takeAll(write).taken).toBe(1000);
    },
  },
  {
    point: 'network: 10,000 reads in five minutes',
    holds() {
      const throttling = new Throttling();
      const path = `${group}/Microsoft.Network/publicIPAddresses`;
      expect(takeAll(() => throttling.takeProvider(counted('GET', path))).taken).toBe(10_000);
    },
  },
  {
    point: 'Monitor tells 299 left after a rule’s write, 24 after an action group’s',
    holds() {
      const left = (kind: string) =>
        new Throttling().takeProvider(counted('PUT', `${group}/Microsoft.Insights/${kind}/one`));
      const header = 'x-ms-ratelimit-remaining-subscription-resource-requests';
      expect([left('metricAlerts')[header], left('actionGroups')[header]]).toEqual(['299', '24']);
    },
  },
  {
    point: 'a vault takes 300 new secrets and 4,000 other calls in ten seconds, then 429 without Retry-After',
    holds() {
      const vault = new VaultThrottling();
      expect(takeAll(() => vault.take('PUT'))).toEqual({
        ...{ taken: 300, status: 429, code: 'Throttled', retryAfter: undefined },
      });
      expect(takeAll(() => vault.take('GET')).taken).toBe(4000);
      jest.advanceTimersByTime(10_000);
      expect(takeAll(() => vault.take('PUT')).taken).toBe(300);
    },
  },
  {
    point: 'at a tenth every bucket holds and refills a tenth, and one at least',
    holds() {
      const throttling = new Throttling(() => 0.1);
      expect(takeAll(() => throttling.takeArm(counted('PUT', machine))).taken).toBe(20);
      jest.advanceTimersByTime(3000);
      expect(takeAll(() => throttling.takeArm(counted('PUT', machine))).taken).toBe(3);
      expect(takeAll(() => throttling.takeProvider(counted('PUT', machine)))).toMatchObject({
        taken: 1,
        retryAfter: '120',
      });
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());
