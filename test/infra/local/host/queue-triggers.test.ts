/** Are messages of a queue taken as the real host does it: read, tried again, put aside? On a real queue service. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import { startStorage, type StorageService } from '../../../../infra/local/region/azurite.js';
import { eventually, startSmallApp, type Seen, type SmallApp } from './start-small-app.js';

jest.setTimeout(30_000);

let storage: StorageService;
let app: SmallApp;
let work: QueueClient;
let poison: QueueClient;

beforeAll(async () => {
  storage = await startStorage();
  const service = QueueServiceClient.fromConnectionString(storage.connectionString);
  work = service.getQueueClient('work');
  poison = service.getQueueClient('work-poison');
  app = await startSmallApp({ SmallAppStorage: storage.connectionString });
  await work.create(); // after the host, which has looked for it in vain by then
}, 60_000);

afterAll(async () => {
  await app.close();
  await storage.close();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** All tries of a message, once there are so many. */
async function triesOf(messageId: string, count = 1): Promise<Seen['taken']> {
  return eventually(`${count} tries`, async () => {
    const tries = (await app.seen()).taken.filter(({ metadata }) => metadata['id'] === messageId);
    return tries.length >= count ? tries : undefined;
  });
}

async function emptied(): Promise<void> {
  await eventually('an empty queue', async () =>
    (await work.getProperties()).approximateMessagesCount === 0 ? true : undefined,
  );
}

test.each([
  { when: 'it is JSON', text: '{"gateway":"hq-z1-1"}', message: { gateway: 'hq-z1-1' } },
  { when: 'it is text', text: 'hq ≠ z1', message: 'hq ≠ z1' },
])('queue trigger hands a message over once, and deletes it, when $when', async ({ text, message }) => {
  const sent = await work.sendMessage(base64(text));
  const [first] = await triesOf(sent.messageId);
  expect(first).toMatchObject({
    message,
    metadata: { dequeueCount: 1, insertionTime: sent.insertedOn.toISOString() },
  });
  await emptied();
  expect(await triesOf(sent.messageId)).toHaveLength(1);
});

test('queue trigger tries a message five times and puts it aside when its function throws', async () => {
  const { messageId } = await work.sendMessage(base64('bad'));
  const aside = await eventually('poison', async () => (await poisoned())[0]);
  expect(aside).toBe(base64('bad'));
  const tries = await triesOf(messageId, 5);
  expect(tries.map(({ metadata }) => metadata['dequeueCount'])).toEqual([1, 2, 3, 4, 5]);
  await emptied();
});

test('queue trigger puts a message aside untried when it isn’t base64', async () => {
  const before = (await app.seen()).taken.length;
  await work.sendMessage('not base64!');
  expect(await eventually('poison', async () => (await poisoned())[0])).toBe('not base64!');
  expect((await app.seen()).taken).toHaveLength(before);
});

test('queue trigger takes all messages when there are more than a batch', async () => {
  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, index) => work.sendMessage(base64(`{"n":${index}}`))),
  );
  for (const { messageId } of sent) await triesOf(messageId);
  await emptied();
});

/** Takes what was put aside; the queue is made with the first. */
async function poisoned(): Promise<readonly string[]> {
  if (!(await poison.exists())) return [];
  const { receivedMessageItems } = await poison.receiveMessages();
  for (const { messageId, popReceipt } of receivedMessageItems)
    await poison.deleteMessage(messageId, popReceipt);
  return receivedMessageItems.map(({ messageText }) => messageText);
}
