/** Do clients ask steadily, and count what they are told? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startClients, type Delivery, type Result } from '../../../../infra/local/clients/clients.js';

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

test('clients count by outcome, gateway and edge', async () => {
  const deliveries: Delivery[] = [
    served('vm-1', 'one'),
    served('vm-2', 'two'),
    { machineId: 'vm-2', answer: { kind: 'dropped', because: 'its tunnel is down' } },
    { machineId: undefined, answer: { kind: 'dropped', because: 'no healthy member' } },
    { machineId: 'vm-1', answer: { kind: 'refused', because: 'nothing listens on port 9400' } },
  ];
  const clients = startClients({
    send: () => Promise.resolve(deliveries.shift()),
    clients: ['10.0.0.1'],
    everySeconds: 1,
  });
  await jest.advanceTimersByTimeAsync(10_000);
  clients.stop();
  expect(clients.counts()).toEqual({
    answered: 2,
    refused: 1,
    dropped: 2,
    beforeReady: 2,
    byGateway: {
      'vm-1': { answered: 1, refused: 1, dropped: 0 },
      'vm-2': { answered: 1, refused: 0, dropped: 1 },
    },
    byEdge: { one: 1, two: 1 },
  });
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
