/** What is Event Grid answered? Handshake, deliveries, and what makes it send again. */
import { beforeEach, expect, test } from '@jest/globals';
import { answerEventGrid, type EventGridRequest } from '../../../../infra/local/host/event-grid-trigger.js';
import type { RegisteredFunction, TypedData } from '../../../../infra/local/host/functions-core.js';

let taken: { readonly name: string; readonly event: unknown; readonly data: unknown }[];

beforeEach(() => {
  taken = [];
});

function aFunction(name: string, type: string): readonly [string, RegisteredFunction] {
  return [
    name.toLowerCase(),
    { name, bindings: { it: { type, direction: 'in' } }, callback: () => undefined },
  ];
}

function ask(request: Partial<EventGridRequest> & { readonly kind?: string; readonly when?: string }) {
  const { kind = 'Notification', ...rest } = request;
  return answerEventGrid(
    {
      functions: new Map([aFunction('Seen', 'eventGridTrigger'), aFunction('Other', 'httpTrigger')]),
      invoker: {
        invoke: (name, event, metadata) => take(name, event as TypedData, metadata as { data: TypedData }),
      },
      keys: { function: 'f', master: 'm', system: 'secret' },
      log: () => undefined,
    },
    {
      method: 'POST',
      headers: { 'aeg-event-type': kind },
      query: new URLSearchParams({ functionName: 'Seen', code: 'secret' }),
      body: '[]',
      ...rest,
    },
  );
}

function take(name: string, event: TypedData, metadata: { readonly data: TypedData }): Promise<undefined> {
  const read = JSON.parse(event.json ?? '') as { readonly id?: string };
  taken.push({ name, event: read, data: JSON.parse(metadata.data.json ?? '') });
  return read.id === 'bad' ? Promise.reject(new Error('its secret')) : Promise.resolve(undefined);
}

const validation = { data: { validationCode: 'A1B2', validationUrl: 'https://rp.example.com/validate' } };

test.each([
  {
    when: 'it is a handshake',
    kind: 'SubscriptionValidation',
    body: JSON.stringify([validation]),
    status: 200,
  },
  {
    when: 'its kind differs in case',
    kind: 'subscriptionvalidation',
    body: JSON.stringify([validation]),
    status: 200,
  },
  {
    when: 'it is a handshake of cloud events',
    kind: 'SubscriptionValidation',
    body: JSON.stringify({ ...validation, data: JSON.stringify(validation.data) }),
    status: 200,
  },
  { when: 'the handshake has no code', kind: 'SubscriptionValidation', body: '[{}]', status: 500 },
  { when: 'somebody unsubscribes', kind: 'Unsubscribe', status: 202 },
  { when: 'the kind is unknown', kind: 'Cheering', status: 400 },
  { when: 'nothing was sent', body: '[]', status: 202 },
  { when: 'the body is no JSON', body: '[', status: 500 },
  { when: 'the body is no event', body: '3', status: 500 },
  { when: 'the method is none', method: 'PATCH', status: 405 },
  { when: 'the key is wrong', query: new URLSearchParams({ functionName: 'Seen', code: 'x' }), status: 401 },
  { when: 'the key is missing', query: new URLSearchParams({ functionName: 'Seen' }), status: 401 },
  {
    when: 'the function has another trigger',
    query: new URLSearchParams({ functionName: 'Other', code: 'secret' }),
    status: 404,
  },
  {
    when: 'the function’s name differs in case',
    query: new URLSearchParams({ functionName: 'seen', code: 'secret' }),
    status: 404,
  },
  { when: 'no function is named', query: new URLSearchParams({ code: 'secret' }), status: 404 },
])('Event Grid is answered $status when $when', async ({ status, ...request }) => {
  const answer = await ask(request);
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.body).toBe('{"validationResponse":"A1B2"}');
  expect(taken).toEqual([]);
});

test('Event Grid’s events are taken one an invocation, with their data, when several come at once', async () => {
  const events = [{ id: '1', data: { name: 'vm-hq' } }, { id: '2', data: 'text' }, { id: '3' }];
  expect(await ask({ body: JSON.stringify(events) })).toEqual({ status: 202 });
  expect(taken).toEqual([
    { name: 'Seen', event: events[0], data: { name: 'vm-hq' } },
    { name: 'Seen', event: events[1], data: 'text' },
    { name: 'Seen', event: events[2], data: null },
  ]);
});

test('Event Grid’s single event is taken when it is no list', async () => {
  expect(await ask({ body: '{"id":"1"}' })).toEqual({ status: 202 });
  expect(taken).toHaveLength(1);
});

test('Event Grid sends all again, and learns no more, when one of several failed', async () => {
  const answer = await ask({ body: '[{"id":"1"},{"id":"bad"},{"id":"3"}]' });
  expect(answer).toEqual({ status: 500, body: 'Exception while executing function: Functions.Seen' });
  expect(taken).toHaveLength(3);
});
