/** What does a balancer do with probes and with connections, second by second? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { resourceType } from '../../../../infra/local/cloud/resource-types.js';
import { aPlane, closePlanes, idOf, putMachine } from './helpers/a-plane.js';

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 5, 12) });
});

afterEach(() => {
  closePlanes();
  jest.useRealTimers();
});

test.each([
  { when: '2 probes are wanted and 1 has failed', probe: { probeThreshold: 2 }, seconds: 5, isUp: true },
  { when: '2 probes are wanted and 2 have failed', probe: { probeThreshold: 2 }, seconds: 10, isUp: false },
  { when: '1 is wanted and the interval is not over', probe: {}, seconds: 3, isUp: true },
  { when: '1 is wanted and it has failed', probe: {}, seconds: 5, isUp: false },
  { when: '15 s are the interval and not over', probe: { intervalInSeconds: 15 }, seconds: 13, isUp: true },
  { when: '15 s are the interval and over', probe: { intervalInSeconds: 15 }, seconds: 15, isUp: false },
])('a member is up: $isUp when $when', async ({ probe, seconds, isUp: wanted }) => {
  const { behaviour, isUp } = await aPlane({ probe });
  await jest.advanceTimersByTimeAsync(15_000);
  expect(isUp()).toEqual([true]);
  // From just after a probe.
  behaviour.probe = () => Promise.resolve(503);
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  expect(isUp()).toEqual([wanted]);
});

test.each([
  { protocol: 'Http', answer: 404, isUp: false },
  { protocol: 'Https', answer: 200, isUp: true },
  { protocol: 'Tcp', answer: 404, isUp: true },
  { protocol: 'Tcp', answer: undefined, isUp: false },
])('a member whose port answers $answer to a $protocol probe is up: $isUp', async (row) => {
  const { behaviour, isUp } = await aPlane({ probe: { protocol: row.protocol } });
  behaviour.probe = () => Promise.resolve(row.answer);
  await jest.advanceTimersByTimeAsync(5000);
  expect(isUp()).toEqual([row.isUp]);
});

test.each([
  { when: 'an interval is over', intervalInSeconds: 5, before: 9, after: 11 },
  {
    when: '30 s are over, which a longer interval doesn’t change',
    intervalInSeconds: 60,
    before: 89,
    after: 91,
  },
])('a probe that is answered nothing has failed when $when', async ({ intervalInSeconds, before, after }) => {
  const { behaviour, isUp } = await aPlane({ probe: { intervalInSeconds } });
  behaviour.probe = () => new Promise(() => undefined);
  await jest.advanceTimersByTimeAsync((before - 1) * 1000);
  expect(isUp()).toEqual([true]);
  await jest.advanceTimersByTimeAsync((after - before) * 1000);
  expect(isUp()).toEqual([false]);
});

test('all members that are down are sent nothing new, and keep what they have', async () => {
  const { behaviour, send, open } = await aPlane({ machines: ['one', 'two'] });
  const { request } = open();
  behaviour.probe = () => Promise.resolve(503);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await send()).toBe('no healthy member');
  expect(await request('http://example.com/')).toMatchObject({ kind: 'answered' });
});

test('a rule without a probe takes every member to be well', async () => {
  const { behaviour, send } = await aPlane({ rule: { probe: undefined } });
  behaviour.probe = () => Promise.resolve(503);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await send()).toBe('one');
});

test.each([
  { state: 'Down' as const, served: 'no healthy member' },
  { state: 'Up' as const, served: 'one' },
])('new flows end at $served and established ones stay when a member is set to $state', async (row) => {
  const { behaviour, send, open, down } = await aPlane();
  const { request } = open();
  down('one', row.state);
  if (row.state === 'Up') behaviour.probe = () => Promise.resolve(503);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await send()).toBe(row.served);
  expect(await request('http://example.com/')).toMatchObject({ kind: 'answered' });
});

const idleMs = 4 * 60_000;

test.each([
  { when: 'just under 4 min', idle: idleMs - 1, rule: { enableTcpReset: true }, state: 'open' },
  { when: '4 min, and it resets', idle: idleMs, rule: { enableTcpReset: true }, state: 'reset' },
  { when: '4 min, and it doesn’t reset', idle: idleMs, rule: {}, state: 'forgotten' },
  { when: '4 min of 30', idle: idleMs, rule: { idleTimeoutInMinutes: 30 }, state: 'open' },
  { when: '30 min of 30', idle: 7.5 * idleMs, rule: { idleTimeoutInMinutes: 30 }, state: 'forgotten' },
])('a flow is $state when it was idle for $when', async ({ idle, rule, state }) => {
  const { open } = await aPlane({ rule });
  const { flow, request } = open();
  await request('http://example.com/');
  jest.setSystemTime(Date.now() + idle);
  expect(flow.state).toBe(state);
  const kinds: Readonly<Record<string, string>> = {
    open: 'answered',
    reset: 'refused',
    forgotten: 'dropped',
  };
  expect(await request('http://example.com/')).toMatchObject({ kind: kinds[state] });
});

test('a flow is not idle when a transfer goes on, and is cut when nothing comes after it', async () => {
  const { open, behaviour } = await aPlane({ rule: { enableTcpReset: true } });
  const { flow, request } = open();
  behaviour.request = () => new Promise(() => undefined);
  const transfer = request('http://example.com/', 600);
  await jest.advanceTimersByTimeAsync(600_000 + idleMs - 1000);
  expect(flow.state).toBe('open');
  await jest.advanceTimersByTimeAsync(1000);
  expect(await transfer).toEqual({
    kind: 'refused',
    because: 'the balancer reset the connection after 4 idle min',
  });
});

test('a flow ends with the power of its machine, also when that has booted again', async () => {
  const { open, machines, resources } = await aPlane();
  const { request } = open();
  const id = idOf(resourceType.virtualMachine, 'one');
  machines.powerOff(id);
  expect(await request('http://example.com/')).toMatchObject({ kind: 'dropped' });
  putMachine(resources, machines, 'one');
  await jest.advanceTimersByTimeAsync(5000);
  expect(await request('http://example.com/')).toMatchObject({ kind: 'refused' });
  expect(await open().request('http://example.com/')).toMatchObject({ kind: 'answered' });
});

test('a flow that its client has closed takes no request', async () => {
  const { open } = await aPlane();
  const { flow, request } = open();
  flow.close();
  expect(await request('http://example.com/')).toMatchObject({ kind: 'refused' });
});

const sourcePorts = Array.from({ length: 40 }, (_, index) => 50_000 + index);

test.each([
  { loadDistribution: 'Default', served: 3 },
  { loadDistribution: 'SourceIP', served: 1 },
  { loadDistribution: 'SourceIPProtocol', served: 1 },
])('a client’s connections go to $served of 3 members with $loadDistribution', async (row) => {
  const { send } = await aPlane({ machines: ['one', 'two', 'three'], rule: row });
  const served = await Promise.all(sourcePorts.map((clientPort) => send({ clientPort })));
  expect(new Set(served).size).toBe(row.served);
  // The same connection goes the same way, which nothing but the hash decides.
  expect(await Promise.all(sourcePorts.map((clientPort) => send({ clientPort })))).toEqual(served);
});

test('clients spread over all members with persistence by source', async () => {
  const { send } = await aPlane({
    machines: ['one', 'two', 'three'],
    rule: { loadDistribution: 'SourceIP' },
  });
  const clients = sourcePorts.map((_, index) => `10.1.5.${10 + index}`);
  const served = await Promise.all(clients.map((clientIp) => send({ clientIp })));
  expect(new Set(served).size).toBe(3);
});

test.each([
  {
    when: 'a rule takes all ports',
    rule: { protocol: 'All', frontendPort: 0, backendPort: 0 },
    port: 443,
    served: 'one',
  },
  { when: 'the rule is of UDP', rule: { protocol: 'Udp' }, port: 9400, served: 'no rule for this port' },
  { when: 'the rule is of another port', rule: {}, port: 9401, served: 'no rule for this port' },
])('a connection ends at $served when $when', async ({ rule, port, served }) => {
  const { send } = await aPlane({ rule });
  expect(await send({ port })).toBe(served);
});

test('a probe that a balancer has no more is asked no more', async () => {
  const { balancer, isUp, behaviour } = await aPlane();
  expect(isUp()).toEqual([true]);
  balancer.body = { properties: { ...(balancer.body['properties'] as object), probes: [] } }; // ARM's form
  let asked = 0;
  behaviour.probe = () => Promise.resolve((asked += 1));
  await jest.advanceTimersByTimeAsync(60_000);
  expect([asked, isUp()]).toEqual([0, []]);
});

test('a machine that is paused answers late, and loses no connection to it', async () => {
  const { machines, send, open, isUp } = await aPlane({ probe: { probeThreshold: 2 } });
  await jest.advanceTimersByTimeAsync(5000);
  const { request } = open();
  const paused = machines.freeze(idOf(resourceType.virtualMachine, 'one'), 9);
  const answers = Promise.all([send(), request('http://example.com/')]);
  let isAnswered = false;
  void answers.then(() => (isAnswered = true));
  await jest.advanceTimersByTimeAsync(8900);
  expect([isAnswered, isUp()]).toEqual([false, [true]]);
  await jest.advanceTimersByTimeAsync(100);
  await paused;
  expect(await answers).toMatchObject(['one', { kind: 'answered' }]);
  expect(isAnswered).toBe(true);
});
