/** Do clients ask steadily, and count what they are told? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startClients, type Delivery, type Result } from '../../../../infra/local/clients/clients.js';
import { noCounts, requestsLost } from '../../../../infra/local/clients/counts.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const served = (machineId: string, servedBy: string): Delivery => ({
  machineId,
  answer: { kind: 'answered', status: 200, servedBy },
});

test('clients ask once each in every pause, spread over it', async () => {
  const asked: string[] = [];
  const clients = startClients({
    send: (clientIp) => {
      asked.push(`${clientIp} at ${Date.now() % 100_000}`);
      return Promise.resolve(served('vm-1', 'one'));
    },
    clients: ['10.0.0.1', '10.0.0.2'],
    everySeconds: 4,
  });
  jest.setSystemTime(0);
  await jest.advanceTimersByTimeAsync(7_999);
  expect(asked).toHaveLength(4);
  expect(asked.map((line) => line.split(' ')[0])).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2']);
  clients.stop();
});

test('clients count by outcome, gateway, edge and site', async () => {
  const deliveries: Delivery[] = [
    served('vm-1', 'one'),
    { ...served('vm-2', 'two'), frontendIp: '10.0.0.10' },
    {
      machineId: 'vm-2',
      frontendIp: '10.0.0.10',
      answer: { kind: 'dropped', because: 'its tunnel is down' },
    },
    {
      machineId: undefined,
      frontendIp: '10.0.0.10',
      answer: { kind: 'dropped', because: 'no healthy member' },
    },
    { ...served('vm-2', 'two'), frontendIp: '10.0.0.10' },
    { machineId: 'vm-1', answer: { kind: 'refused', because: 'nothing listens on port 9400' } },
  ];
  jest.setSystemTime(0);
  const clients = startClients({
    send: () => Promise.resolve(deliveries.shift()),
    clients: ['10.0.0.1'],
    everySeconds: 1,
  });
  await jest.advanceTimersByTimeAsync(10_000);
  clients.stop();
  const counts = clients.counts();
  expect(counts).toEqual({
    answered: 3,
    lost: 2,
    nobody: 1,
    byGateway: {
      'vm-1': { answered: 1, lost: 1, nobody: 0 },
      'vm-2': { answered: 2, lost: 1, nobody: 0 },
    },
    byEdge: { one: 1, two: 2 },
    byFrontend: {
      '10.0.0.10': {
        answered: 2,
        lost: 1,
        nobody: 1,
        firstLossMs: 2000,
        lastLossMs: 3000,
        servedAgainMs: 4000,
      },
    },
  });
  expect(requestsLost(counts)).toBe(3);
});

test.each([
  { when: 'all were answered', kinds: ['answered', 'answered'], seen: { answered: 2 } },
  {
    when: 'nothing was answered since',
    kinds: ['answered', 'lost'],
    seen: { lost: 1, firstLossMs: 1000, lastLossMs: 1000 },
  },
  {
    when: 'answers follow',
    kinds: ['lost', 'lost', 'answered', 'answered'],
    seen: { lost: 2, firstLossMs: 0, lastLossMs: 1000, servedAgainMs: 2000 },
  },
  {
    when: 'another was lost after an answer',
    kinds: ['lost', 'answered', 'lost'],
    seen: { lost: 2, firstLossMs: 0, lastLossMs: 2000, servedAgainMs: undefined },
  },
  {
    when: 'another was lost in between',
    kinds: ['lost', 'answered', 'lost', 'answered'],
    seen: { firstLossMs: 0, lastLossMs: 2000, servedAgainMs: 3000 },
  },
])('a site’s first and last loss are told, and when it served again, when $when', async ({ kinds, seen }) => {
  const left = [...kinds];
  jest.setSystemTime(0);
  const clients = startClients({
    send: () => {
      const kind = left.shift();
      if (kind === undefined) return Promise.resolve(undefined);
      if (kind === 'answered') return Promise.resolve({ ...served('vm-1', 'one'), frontendIp: '10.0.0.10' });
      const answer = { kind: 'dropped', because: 'its tunnel is down' } as const;
      return Promise.resolve({ machineId: 'vm-1', frontendIp: '10.0.0.10', answer });
    },
    clients: ['10.0.0.1'],
    everySeconds: 1,
  });
  await jest.advanceTimersByTimeAsync(10_000);
  clients.stop();
  const { byFrontend } = clients.counts();
  const none = { firstLossMs: undefined, lastLossMs: undefined, servedAgainMs: undefined };
  expect({ ...none, ...byFrontend['10.0.0.10'] }).toMatchObject({ ...none, ...seen });
});

test('clients count from nothing when they are told to count anew', async () => {
  const clients = startClients({
    send: () => Promise.resolve({ ...served('vm-1', 'one'), frontendIp: '10.0.0.10' }),
    clients: ['10.0.0.1'],
    everySeconds: 1,
  });
  await jest.advanceTimersByTimeAsync(3_500);
  clients.countAnew();
  expect(clients.counts()).toEqual(noCounts);
  await jest.advanceTimersByTimeAsync(2_000);
  clients.stop();
  expect(clients.counts()).toMatchObject({ answered: 2, byFrontend: { '10.0.0.10': { answered: 2 } } });
});

test('every third request of a client lasts, for as long as the seed says', async () => {
  const lasted: (number | undefined)[] = [];
  const parts = [0.5, 0.25];
  const clients = startClients({
    send: (_, seconds) => {
      lasted.push(seconds);
      return Promise.resolve(served('vm-1', 'one'));
    },
    clients: ['10.0.0.1'],
    everySeconds: 1,
    lasting: { every: 3, upToSeconds: 60, random: () => parts.shift() ?? 0 },
  });
  await jest.advanceTimersByTimeAsync(5_500);
  clients.stop();
  expect(lasted).toEqual([undefined, undefined, 30, undefined, undefined, 15]);
});

test('a request that lasts holds up no other, and is lost when it breaks midway', async () => {
  const results: Result[] = [];
  jest.setSystemTime(0);
  const clients = startClients({
    send: async (_, seconds = 0) => {
      await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / 2));
      if (seconds === 0) return { ...served('vm-1', 'one'), frontendIp: '10.0.0.10' };
      const because = 'the connection broke after 10 s';
      return { machineId: 'vm-1', frontendIp: '10.0.0.10', answer: { kind: 'dropped', because } };
    },
    clients: ['10.0.0.1'],
    everySeconds: 2,
    lasting: { every: 4, upToSeconds: 40, random: () => 0.5 },
    onResult: (result) => void results.push(result),
  });
  await jest.advanceTimersByTimeAsync(17_500);
  clients.stop();
  // Sent after 6 s, broken after 16 s; the one of the 14th second lasts still.
  expect(clients.counts()).toMatchObject({ answered: 7, lost: 1, nobody: 0 });
  expect(results.find(({ answer }) => answer.kind === 'dropped')).toMatchObject({ seconds: 10 });
  expect(clients.counts().byFrontend['10.0.0.10']?.firstLossMs).toBe(16_000);
});

test('clients tell of each request how long it took', async () => {
  const results: Result[] = [];
  const clients = startClients({
    send: async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return served('vm-1', 'one');
    },
    clients: ['10.0.0.9'],
    everySeconds: 60,
    onResult: (result) => void results.push(result),
  });
  await jest.advanceTimersByTimeAsync(1_000);
  clients.stop();
  expect(results).toMatchObject([{ clientIp: '10.0.0.9', seconds: 0.25, machineId: 'vm-1' }]);
});

test('clients ask no more, and count no late answer, when they are stopped', async () => {
  let asked = 0;
  const clients = startClients({
    send: async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return served('vm-1', 'one');
    },
    clients: ['10.0.0.1'],
    everySeconds: 1,
  });
  await jest.advanceTimersByTimeAsync(100);
  clients.stop();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(1);
  expect(clients.counts().answered).toBe(0);
  expect(jest.getTimerCount()).toBe(0);
});
