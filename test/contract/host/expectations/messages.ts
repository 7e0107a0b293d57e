/** How are messages of queues and events of Event Grid taken? */
import { expect } from '@jest/globals';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import type { ContractClient } from '../contract-client.js';
import { learn, type Expectation } from '../expectation.js';

/** What the app noted of a message. */
interface Taken {
  readonly message: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Queue of the lasting host, by its setting. */
export const queueName = 'contract';

function queueOf({ kind: { storage } }: ContractClient, name: string): QueueClient {
  return QueueServiceClient.fromConnectionString(storage).getQueueClient(name);
}

async function send(client: ContractClient, content: string): Promise<string> {
  const queue = queueOf(client, queueName);
  await queue.createIfNotExists();
  return (await queue.sendMessage(content)).messageId;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Waits until a message was taken so often. */
function taken(client: ContractClient, id: string, times = 1): Promise<readonly Taken[]> {
  return client.eventually(`message ${id}`, async () => {
    const all = (await client.notes('queue')).map(({ what }) => what as Taken); // the app's own shape
    const own = all.filter(({ metadata }) => metadata['id'] === id);
    return own.length >= times ? own : undefined;
  });
}

function poisoned(client: ContractClient, text: string): Promise<true> {
  const queue = queueOf(client, `${queueName}-poison`);
  return client.eventually('poison', async () => {
    if (!(await queue.exists())) return undefined;
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    return peekedMessageItems.some(({ messageText }) => messageText === text) ? true : undefined;
  });
}

const queues: readonly Expectation[] = [
  {
    name: 'queue: JSON comes in as what it says, text as text',
    source: learn('Azure Queue storage trigger for Azure Functions, Usage'),
    check: async (client) => {
      const [json] = await taken(client, await send(client, base64('{"n":1}')));
      expect(json?.message).toEqual({ n: 1 });
      const [text] = await taken(client, await send(client, base64('n ≠ 1')));
      expect(text?.message).toBe('n ≠ 1');
    },
  },
  {
    name: 'queue: metadata tell of the message',
    source: learn('Azure Queue storage trigger for Azure Functions, Message metadata'),
    check: async (client) => {
      const id = await send(client, base64('told'));
      const [first] = await taken(client, id);
      expect(first?.metadata).toMatchObject({ queueTrigger: 'told', id, dequeueCount: 1 });
      for (const name of ['insertionTime', 'expirationTime', 'nextVisibleTime'])
        expect(Date.parse(String(first?.metadata[name]))).not.toBeNaN();
      expect(first?.metadata['popReceipt']).toEqual(expect.any(String));
    },
  },
  {
    name: 'queue: a message that is done is deleted',
    source: learn('Azure Queue storage trigger for Azure Functions, Peek lock'),
    check: async (client) => {
      await taken(client, await send(client, base64('once')));
      await client.eventually('an empty queue', async () => {
        const { approximateMessagesCount } = await queueOf(client, queueName).getProperties();
        return approximateMessagesCount === 0 ? true : undefined;
      });
    },
  },
  {
    name: 'queue: a message that fails is tried five times, and put aside',
    source: learn('Azure Queue storage trigger for Azure Functions, Poison messages'),
    check: async (client) => {
      const id = await send(client, base64('bad'));
      await poisoned(client, base64('bad'));
      const tries = await taken(client, id, 5);
      expect(tries.map(({ metadata }) => metadata['dequeueCount'])).toEqual([1, 2, 3, 4, 5]);
    },
  },
  {
    name: 'queue: a message that isn’t base64 is put aside untried',
    source:
      'azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues, README, Queue message encoding',
    check: async (client) => {
      const id = await send(client, 'not base64!');
      await poisoned(client, 'not base64!');
      const all = (await client.notes('queue')).map(({ what }) => what as Taken); // the app's own shape
      expect(all.filter(({ metadata }) => metadata['id'] === id)).toEqual([]);
    },
  },
];

/** Posts to the extension's web hook. */
function post(
  client: ContractClient,
  body: unknown,
  { kind = 'Notification', name = 'seen', key = client.host.keys.system } = {},
): Promise<Response> {
  return fetch(`${client.host.url}/runtime/webhooks/eventgrid?functionName=${name}&code=${key}`, {
    method: 'POST',
    headers: { 'aeg-event-type': kind, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const anEvent = (id: string) => ({
  id,
  topic: '/subscriptions/s',
  subject: 'vm',
  eventType: 'Microsoft.Resources.ResourceWriteSuccess',
  eventTime: '2026-03-01T00:00:00Z',
  dataVersion: '2',
  data: { operationName: 'write' },
});

async function idsOf(client: ContractClient): Promise<readonly string[]> {
  return (await client.notes('events')).map(({ what }) => (what as { id: string }).id); // events that were sent
}

const hook = 'azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.EventGrid, HttpRequestProcessor.cs';

const events: readonly Expectation[] = [
  {
    name: 'Event Grid: the handshake is answered with its code',
    source: learn('Endpoint validation with Event Grid event schema'),
    check: async (client) => {
      const event = { ...anEvent('v'), data: { validationCode: '512d38b6' } };
      const answer = await post(client, [event], { kind: 'SubscriptionValidation' });
      expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: '512d38b6' }]);
    },
  },
  {
    name: 'Event Grid: each event is an invocation, and comes whole',
    source: learn('Azure Event Grid trigger for Azure Functions'),
    check: async (client) => {
      const ids = [client.newId(), client.newId()];
      expect((await post(client, ids.map(anEvent))).status).toBe(202);
      const seen = (await client.notes('events')).map(({ what }) => what);
      expect(seen).toEqual(expect.arrayContaining(ids.map(anEvent)));
    },
  },
  {
    name: 'Event Grid: one that fails makes the answer 500, so that all are sent again',
    source:
      'azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.EventGrid, EventGridExtensionConfigProvider.cs',
    check: async (client) => {
      const id = client.newId();
      const answer = await post(client, [anEvent('bad'), anEvent(id)]);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain('can’t be taken');
      expect(await idsOf(client)).toContain(id);
    },
  },
  {
    name: 'Event Grid: a function that isn’t there is 404',
    source: hook,
    check: async (client) => {
      expect((await post(client, [anEvent('x')], { name: 'nobody' })).status).toBe(404);
      expect((await post(client, [anEvent('x')], { name: 'byItsName' })).status).toBe(404);
    },
  },
  {
    name: 'Event Grid: a function that is switched off is 404',
    source: learn('How to disable functions in Azure Functions'),
    check: async (client) => {
      expect((await post(client, [anEvent('x')], { name: 'switchedOffEvents' })).status).toBe(404);
    },
  },
  {
    name: 'Event Grid: the web hook asks for the key of the extension',
    source: learn('Azure Event Grid trigger for Azure Functions, Webhook endpoint URL'),
    check: async (client) => {
      expect((await post(client, [anEvent('x')], { key: 'wrong' })).status).toBe(401);
      expect((await post(client, [anEvent('x')], { key: client.host.keys.function })).status).toBe(401);
      expect((await post(client, [], { key: client.host.keys.master })).status).toBe(202);
    },
  },
  {
    name: 'Event Grid: an end of a subscription is 202, any other request 400',
    source: hook,
    check: async (client) => {
      expect((await post(client, [], { kind: 'Unsubscribe' })).status).toBe(202);
      expect((await post(client, [], { kind: 'Cheering' })).status).toBe(400);
    },
  },
];

export const messages: readonly Expectation[] = [...queues, ...events];
