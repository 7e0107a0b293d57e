/** Which sites look off, and which only seem to? */
import { describe, expect, test } from '@jest/globals';
import { looksOff, type FleetSignals, type HealthSample } from '../../../shared/site/looks-off.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import { secretsOfSite } from '../../../shared/site/secrets-of-site.js';
import { withoutField } from '../../../shared/site/without-field.js';
import { atSeconds, policy } from './helpers/builders.js';
import { aServingGateway, aServingRecord } from './helpers/serving.js';
import { balancerId, machineId } from './helpers/signals.js';

type Power = 'running' | 'stopped' | 'deallocated' | 'starting' | 'unknown';

const sample = (percent: number, seconds = -60): HealthSample => ({
  at: atSeconds(seconds).toISOString(),
  percent,
});

/** What is seen when the first machine has some power, the second runs, and the balancer has some samples. */
function seen(
  power: Power | 'missing',
  samples: readonly HealthSample[] = [sample(100)],
  isComplete = true,
): FleetSignals {
  const machines = new Map<string, Power>([[machineId('vm-hq-z2-1-g1').toLowerCase(), 'running']]);
  if (power !== 'missing') machines.set(machineId('vm-hq-z1-1-g1').toLowerCase(), power);
  return {
    machines: new Map([[policy.subscriptionId, { power: machines, isComplete }]]),
    health: new Map([[balancerId('hq').toLowerCase(), samples]]),
  };
}

const why = (signals: FleetSignals, record: SiteRecord = aServingRecord()) =>
  looksOff(record, policy, signals);

describe('looksOff by machines', () => {
  test.each([
    { power: 'stopped', said: 'hq-z1-1 is told to serve, but vm-hq-z1-1-g1 is stopped.' },
    { power: 'deallocated', said: 'hq-z1-1 is told to serve, but vm-hq-z1-1-g1 is deallocated.' },
    { power: 'starting', said: 'hq-z1-1 is told to serve, but vm-hq-z1-1-g1 is starting.' },
    {
      power: 'missing',
      said: 'hq-z1-1 is told to serve, but vm-hq-z1-1-g1 is not among the subscription’s machines.',
    },
    { power: 'running', said: undefined },
    { power: 'unknown', said: undefined },
  ] as const)('says $said when the machine is $power', ({ power, said }) => {
    expect(why(seen(power))?.replace("'", '’')).toBe(said);
  });

  test.each([
    { when: 'the list was cut', signals: seen('missing', [], false) },
    { when: 'nothing could be listed', signals: { machines: new Map(), health: new Map() } },
  ])('finds no machine missing when $when', ({ signals }) => {
    expect(why(signals)).toBeUndefined();
  });

  const [first, second] = [aServingGateway(aServingRecord(), '1'), aServingGateway(aServingRecord(), '2')];
  const nameless = withoutField(first, 'virtualMachine');

  test.each<{ when: string; record: SiteRecord; percent?: number }>([
    {
      when: 'the gateway is known not to serve',
      record: aServingRecord({}, { gateways: [{ ...first, doing: 'mending' }, second] }),
    },
    {
      when: 'a remedy is in progress',
      record: aServingRecord({}, { remedies: { 'hq-z1-1': { cause: 'vm-stopped', since: '', tries: [] } } }),
    },
    {
      when: 'it is out of service',
      record: aServingRecord({}, { outOfService: { 'hq-z1-1': { because: 'change', since: '' } } }),
    },
    {
      when: 'no machine is known',
      record: aServingRecord({}, { gateways: [nameless, second] }),
      percent: 100,
    },
    { when: 'the site is paused', record: aServingRecord({ paused: true }) },
    { when: 'the site goes', record: aServingRecord({}, { wanted: 'absent' }) },
    { when: 'it has no gateway', record: aServingRecord({}, { gateways: [] }) },
  ])('says nothing of a stopped machine when $when', ({ record, percent = 50 }) => {
    expect(why(seen('deallocated', [sample(percent)]), record)).toBeUndefined();
  });
});

describe('looksOff by backend health', () => {
  test('says how many probes were answered', () => {
    expect(why(seen('running', [sample(100, -180), sample(49.96)]))?.replace("'", '’')).toBe(
      'All 2 gateways of hq are told to serve, but 49.9 % of the balancer’s probes were answered in the minute from 11:59 UTC.',
    );
  });

  test.each([
    { when: 'the newest is 100', samples: [sample(0, -180), sample(100, -60)] },
    { when: 'they come newest first', samples: [sample(100, -60), sample(0, -180)] },
    { when: 'there are none', samples: [] },
  ])('says nothing when $when', ({ samples }) => {
    expect(why(seen('running', samples))).toBeUndefined();
  });

  test.each([
    { since: -60, is: 'string' },
    { since: -59, is: 'undefined' },
  ])('takes a minute that began $since s before a gateway served for $is', ({ since, is }) => {
    const record = aServingRecord();
    const gateways = [
      aServingGateway(record, '1', { since: atSeconds(since).toISOString() }),
      aServingGateway(record, '2'),
    ];
    expect(typeof why(seen('running', [sample(50)]), { ...record, gateways })).toBe(is);
  });
});

test.each([
  { scope: 'site', names: ['psk-hq'] },
  { scope: 'gateway', names: ['psk-hq-z1-1', 'psk-hq-z2-1'] },
  {
    scope: 'tunnel',
    names: ['psk-hq-z1-1-primary', 'psk-hq-z1-1-secondary', 'psk-hq-z2-1-primary', 'psk-hq-z2-1-secondary'],
  },
])('secretsOfSite lists the secrets of scope $scope', ({ scope, names }) => {
  const identity = { type: 'ufqdn', domain: 'example.com' };
  expect(secretsOfSite(aServingRecord({ tunnel: { identity, psk: { scope } } }))).toEqual(names);
});
