/** What must a web hook do to get events, and what becomes of those that it doesn't take? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock } from '../../../../infra/local/cloud/clock.js';
import { EventWebHooks, type HookSubscription } from '../../../../infra/local/cloud/event-web-hooks.js';
import { asRecord, asText, type Json } from '../../../../infra/local/cloud/json.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { TestCloud } from './helpers/test-cloud.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly event: Json;
}

let clock: Clock;
let hooks: EventWebHooks;
let server: Server;
let received: Received[];
let answer: (received: Received) => { readonly status: number; readonly body?: object };

const isValidation = ({ headers }: Received) => headers['aeg-event-type'] === 'SubscriptionValidation';
const echo = ({ event }: Received) => ({
  status: 200,
  body: { validationResponse: asText(asRecord(event['data'])['validationCode']) },
});

beforeEach(async () => {
  // Sockets are real, and what they wait for; the cloud's minutes are the test's to move.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  clock = new Clock();
  hooks = new EventWebHooks(clock, seededRandom(7), { region: 'westeurope', subscriptionId: 's' });
  received = [];
  answer = (one) => (isValidation(one) ? echo(one) : { status: 200 });
  server = createServer((incoming, outgoing) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const [event = {}] = JSON.parse(Buffer.concat(pieces).toString()) as readonly Json[]; // an array of one
      const one = { headers: incoming.headers, event };
      received.push(one);
      const { status, body } = answer(one);
      outgoing.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  clock.stop();
  jest.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function endpoint(): string {
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return `http://127.0.0.1:${port}/hook?code=a-key`;
}

function subscribe(change: Partial<HookSubscription> = {}) {
  return hooks.subscribe({ name: 'app', endpoint: endpoint(), ...change });
}

const anEvent = (change: Json = {}): Json => ({
  ...{ id: 'event-1', subject: '/a', eventType: 'Microsoft.Resources.ResourceWriteSuccess' },
  ...{ eventTime: '2026-01-05T12:00:00Z', dataVersion: '2', metadataVersion: '1', data: {} },
  ...change,
});

const events = () => received.filter((one) => !isValidation(one));

/** Waits for what sockets do. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

const attempts = (count: number) => until(() => hooks.attempts().length >= count);
const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);

test('a hook that answers with its code gets events, one at a time and with Event Grid’s headers', async () => {
  expect(await subscribe()).toBe('Succeeded');
  expect(received[0]?.event).toMatchObject({
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    data: { validationUrl: expect.stringContaining('https://rp-westeurope.eventgrid.azure.net/') },
  });
  hooks.deliver(anEvent());
  await attempts(1);
  expect(events()).toMatchObject([
    {
      event: anEvent(),
      headers: {
        'aeg-event-type': 'Notification',
        'aeg-subscription-name': 'APP',
        'aeg-delivery-count': '0',
      },
    },
  ]);
  expect(JSON.stringify(hooks.attempts())).not.toContain('a-key');
});

test.each([
  { when: 'it refuses', status: 500, body: undefined, state: 'Failed' },
  {
    when: 'it answers another code',
    status: 200,
    body: { validationResponse: 'x' },
    state: 'AwaitingManualAction',
  },
  { when: 'it answers nothing', status: 200, body: undefined, state: 'AwaitingManualAction' },
])('a hook is $state, and Failed after ten minutes, when $when', async ({ status, body, state }) => {
  answer = () => (body === undefined ? { status } : { status, body });
  expect(await subscribe()).toBe(state);
  hooks.deliver(anEvent());
  await pass(599);
  expect(hooks.state('app')).toBe(state);
  await pass(1);
  expect(hooks.state('app')).toBe('Failed');
  expect(events()).toEqual([]);
});

test('a hook that asks for the address of the handshake in time gets events', async () => {
  answer = () => ({ status: 200 });
  expect(await subscribe()).toBe('AwaitingManualAction');
  const url = new URL(asText(asRecord(received[0]?.event['data'])['validationUrl']));
  expect(hooks.validate(url.pathname, new URLSearchParams())).toBe(false);
  expect(hooks.validate(url.pathname, url.searchParams)).toBe(true);
  await pass(0);
  expect(hooks.state('app')).toBe('Succeeded');
  expect(hooks.validate(url.pathname, url.searchParams)).toBe(false);
  hooks.deliver(anEvent());
  await attempts(1);
});

test('an event that isn’t taken comes again after 10 s and after 30 s, counted', async () => {
  answer = (one) => (isValidation(one) ? echo(one) : { status: events().length < 3 ? 500 : 200 });
  await subscribe();
  hooks.deliver(anEvent());
  for (const [index, seconds] of [10, 30].entries()) {
    await attempts(index + 1);
    await pass(seconds - 0.1);
    expect(events()).toHaveLength(index + 1);
    // A pause is up to a tenth longer.
    await pass(seconds / 10 + 0.1);
  }
  await attempts(3);
  expect(events().map(({ headers }) => headers['aeg-delivery-count'])).toEqual(['0', '1', '2']);
  expect(hooks.attempts().map(({ outcome }) => outcome)).toEqual([500, 500, 200]);
  await pass(48 * 3600);
  expect(events()).toHaveLength(3);
});

test('a hook that says nothing is given 30 s', async () => {
  await subscribe();
  server.removeAllListeners('request');
  let isAsked = false;
  server.on('request', () => (isAsked = true));
  hooks.deliver(anEvent());
  await until(() => isAsked);
  await pass(29.9);
  expect(hooks.attempts()).toEqual([]);
  await pass(0.1);
  await attempts(1);
  expect(hooks.attempts()).toMatchObject([{ number: 1, outcome: 'timeout' }]);
});

test.each([
  {
    when: 'the hook refuses it for good',
    status: 401,
    policy: {},
    tries: 1,
    reason: 'UndeliverableDueToInvalidRequest',
  },
  {
    when: 'its attempts are used up',
    ...{ status: 500, policy: { maxDeliveryAttempts: 3 }, tries: 3, reason: 'MaxDeliveryAttemptsExceeded' },
  },
  {
    when: 'it is too old at the next attempt',
    ...{ status: 500, policy: { eventTimeToLiveMinutes: 1 }, tries: 3, reason: 'TimeToLiveExceeded' },
  },
])(
  'an event becomes a dead letter, five minutes later, when $when',
  async ({ status, policy, tries, reason }) => {
    const letters: Json[] = [];
    answer = (one) => (isValidation(one) ? echo(one) : { status });
    await subscribe({ retryPolicy: policy, deadLetter: (letter) => letters.push(letter) });
    hooks.deliver(anEvent());
    for (const [index, seconds] of [11, 33, 66].slice(0, tries).entries()) {
      await attempts(index + 1);
      if (index + 1 < tries || reason === 'TimeToLiveExceeded') await pass(seconds);
    }
    await pass(200);
    expect(letters).toEqual([]);
    await pass(100);
    expect(letters).toMatchObject([{ id: 'event-1', deadLetterReason: reason, deliveryAttempts: tries }]);
  },
);

test('a hook gets the types that it wants, and nothing once it has unsubscribed', async () => {
  await subscribe({ includedEventTypes: ['Wanted'] });
  hooks.deliver(anEvent({ id: 'unwanted' }));
  hooks.deliver(anEvent({ id: 'wanted', eventType: 'Wanted' }));
  await attempts(1);
  hooks.unsubscribe('app');
  hooks.deliver(anEvent({ id: 'late', eventType: 'Wanted' }));
  await pass(60);
  expect(events().map(({ event }) => event['id'])).toEqual(['wanted']);
});

test('a hook gets what happens to resources in a cloud', async () => {
  jest.useRealTimers();
  const cloud = await TestCloud.start(undefined, { clockSpeed: 100 });
  try {
    expect(await cloud.cloud.eventHooks.subscribe({ name: 'app', endpoint: endpoint() })).toBe('Succeeded');
    const id = cloud.network('publicIPAddresses/pip-told');
    await cloud.arm('PUT', id, { location: 'westeurope', sku: { name: 'Standard' }, properties: {} });
    await cloud.until(() => events().some(({ event }) => event['subject'] === id));
  } finally {
    await cloud.close();
  }
});
