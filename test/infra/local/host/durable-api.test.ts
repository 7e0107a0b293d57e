/** What does the management API answer? As the extension's `HttpApiHandler` does, over HTTP. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, startSmallApp, type SmallApp } from './start-small-app.js';

let app: SmallApp;

beforeAll(async () => {
  app = await startSmallApp({ APP: 'api-app', DURABLE_TASK: '{"defaultVersion":"2.0","hubName":"Tests"}' });
}, 30_000);

afterAll(() => app.close());

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask(method: string, path: string, body?: string, headers: object = {}): Promise<Answered> {
  const answer = await fetch(`${app.url}/runtime/webhooks/durabletask/${path}`, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

async function start(name: string, id: string, input: unknown = null): Promise<Answered> {
  return ask('POST', `orchestrators/${name}/${id}`, JSON.stringify(input));
}

async function statusOf(id: string, query = ''): Promise<Record<string, unknown>> {
  return (await ask('GET', `instances/${id}${query}`)).body as Record<string, unknown>; // the API's own shape
}

const until = (id: string, wanted: string) =>
  eventually(`${id} to be ${wanted}`, async () =>
    (await statusOf(id))['runtimeStatus'] === wanted ? true : undefined,
  );

test('API answers a start with the URLs to manage it by', async () => {
  const { status, headers, body } = await start('quick', 'urls', 1);
  expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 202, retryAfter: '10' });
  const at = `${app.url}/runtime/webhooks/durabletask/instances/urls`;
  const query = 'taskHub=Tests&connection=Storage&code=local';
  expect(headers.get('location')).toBe(`${at}?${query}`);
  expect(body).toMatchObject({
    id: 'urls',
    statusQueryGetUri: `${at}?${query}`,
    terminatePostUri: `${at}/terminate?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${at}?${query}`,
  });
});

test.each([
  {
    when: 'the orchestrator isn’t there',
    path: 'orchestrators/nobody/x',
    status: 400,
    says: "The function 'nobody' doesn't exist",
  },
  {
    when: 'the name is an activity’s',
    path: 'orchestrators/echo/x',
    status: 400,
    says: 'is not an orchestrator function',
  },
  {
    when: 'the id begins with @',
    path: 'orchestrators/quick/@x',
    status: 400,
    says: 'must not start with @',
  },
  { when: 'the id holds a #', path: 'orchestrators/quick/a%23b', status: 400, says: 'must not contain' },
  {
    when: 'the id has 257 letters',
    path: `orchestrators/quick/${'x'.repeat(257)}`,
    status: 400,
    says: 'must not exceed 256',
  },
  {
    when: 'it is to wait for the end',
    path: 'orchestrators/quick/x?timeout=5',
    status: 501,
    says: 'does not serve a start that waits',
  },
])('API refuses a start when $when', async ({ path, status, says }) => {
  const answer = await ask('POST', path, 'null');
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(says);
});

test('API refuses a start when its body is no JSON', async () => {
  expect(await ask('POST', 'orchestrators/quick/x', '{')).toMatchObject({
    status: 400,
    body: { Message: 'Invalid JSON content' },
  });
});

test('API refuses a start when one of that id is at work, and takes it when that is over', async () => {
  expect((await start('waits', 'twice')).status).toBe(202);
  await until('twice', 'Running');
  expect(await start('quick', 'twice')).toMatchObject({
    status: 409,
    body: { Message: 'An Orchestration instance with the status Running already exists.' },
  });
  await ask('POST', 'instances/twice/terminate?reason=enough');
  await until('twice', 'Terminated');
  expect((await start('quick', 'twice', 7)).status).toBe(202);
  await until('twice', 'Completed');
  expect(await statusOf('twice')).toMatchObject({ name: 'quick', output: 7 });
});

test('API starts one of two that ask for the same id at once', async () => {
  const answers = await Promise.all([start('waits', 'race'), start('waits', 'race')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
});

test('API ends an instance with the reason when it is terminated, and answers 410 from then on', async () => {
  await start('waits', 'ended');
  await until('ended', 'Running');
  expect((await statusOf('ended'))['customStatus']).toEqual({ waits: true });
  expect((await ask('POST', 'instances/ended/terminate?reason=enough')).status).toBe(202);
  await until('ended', 'Terminated');
  expect(await statusOf('ended')).toMatchObject({ output: 'enough' });
  for (const verb of ['terminate', 'suspend', 'resume'])
    expect((await ask('POST', `instances/ended/${verb}`)).status).toBe(410);
});

test('API holds an instance when it is suspended, and lets it go on when it is resumed', async () => {
  await start('pauses', 'held');
  await until('held', 'Running');
  expect((await ask('POST', 'instances/held/suspend?reason=wait')).status).toBe(202);
  await until('held', 'Suspended');
  // Its timer of 150 ms fires meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await statusOf('held')).toMatchObject({ runtimeStatus: 'Suspended', output: null });
  await ask('POST', 'instances/held/resume?reason=go');
  await until('held', 'Completed');
  expect(await statusOf('held')).toMatchObject({ output: 'went on' });
});

test('API ends an instance when it is terminated while it is suspended', async () => {
  await start('waits', 'both');
  await until('both', 'Running');
  await ask('POST', 'instances/both/suspend');
  await until('both', 'Suspended');
  await ask('POST', 'instances/both/terminate?reason=over');
  await until('both', 'Terminated');
});

test('API shows a history with what ended where it ended, and inputs and results as asked', async () => {
  await start('quick', 'shown', { a: 1 });
  await until('shown', 'Completed');
  const Timestamp: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  expect(await statusOf('shown', '?showHistory=true&showHistoryOutput=true')).toMatchObject({
    input: { a: 1 },
    historyEvents: [
      { EventType: 'ExecutionStarted', FunctionName: 'quick', Input: '{"a":1}', Timestamp },
      {
        EventType: 'TaskCompleted',
        FunctionName: 'echo',
        ScheduledTime: Timestamp,
        Result: { a: 1 },
        Timestamp,
      },
      { EventType: 'ExecutionCompleted', OrchestrationStatus: 'Completed', Result: { a: 1 }, Timestamp },
    ],
  });
  const plain = await statusOf('shown', '?showHistory=true&showInput=false');
  expect(plain['input']).toBeNull();
  expect(JSON.stringify(plain['historyEvents'])).not.toMatch(/"Result"|"Input"/);
  expect(await statusOf('shown')).not.toHaveProperty('historyEvents');
});

test('API gives times to the second, and says when to ask again while an instance is at work', async () => {
  await start('waits', 'times');
  const { status, headers, body } = await ask('GET', 'instances/times');
  expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 202, retryAfter: '5' });
  expect(headers.get('location')).toContain('/instances/times?');
  expect((body as Record<string, unknown>)['createdTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('API answers 200, or 500 if that is asked for, when an instance has failed', async () => {
  await start('failing', 'failed');
  await until('failed', 'Failed');
  expect(await statusOf('failed')).toMatchObject({
    output: "Orchestrator function 'failing' failed: on purpose",
  });
  expect((await ask('GET', 'instances/failed')).status).toBe(200);
  expect((await ask('GET', 'instances/failed?returnInternalServerErrorOnFailure=true')).status).toBe(500);
});

test('API fails an instance when its custom status is larger than 16 KB', async () => {
  await start('large', 'large');
  await until('large', 'Failed');
  expect((await statusOf('large'))['output']).toContain('must not exceed 16 KB of UTF-16');
});

test.each([
  { when: 'the start names none', query: '', version: '2.0' },
  { when: 'the start names one', query: '?version=1.5', version: '1.5' },
])('API gives an instance version $version when $when', async ({ query, version }) => {
  const id = `version${version}`;
  await ask('POST', `orchestrators/version/${id}${query}`, 'null');
  await until(id, 'Completed');
  expect((await statusOf(id))['output']).toBe(version);
});

test('API pages through the instances that a filter means', async () => {
  const ids = Array.from({ length: 7 }, (_, index) => `page-${index}`);
  await Promise.all(ids.map((id) => start('quick', id)));
  await Promise.all(ids.map((id) => until(id, 'Completed')));
  const path = 'instances?instanceIdPrefix=page-&runtimeStatus=Completed&top=3';
  const found: string[][] = [];
  let token: string | null = null;
  do {
    const answer: Answered = await ask(
      'GET',
      path,
      undefined,
      token === null ? {} : { 'x-ms-continuation-token': token },
    );
    found.push(
      (answer.body as readonly { readonly instanceId: string }[]).map(({ instanceId }) => instanceId),
    );
    token = answer.headers.get('x-ms-continuation-token');
  } while (token !== null && found.length < 10);
  expect(found).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
});

test.each([
  { when: 'they were created before', query: 'createdTimeTo=2020-01-01T00:00:00Z', count: 0 },
  { when: 'they were created since', query: 'createdTimeFrom=2020-01-01T00:00:00Z', count: 1 },
  { when: 'their status is another', query: 'runtimeStatus=Failed', count: 0 },
  { when: 'their status is one of two', query: 'runtimeStatus=Failed,Completed', count: 1 },
  { when: 'a filter can’t be read', query: 'createdTimeFrom=yesterday', count: 1 },
])('API finds $count of one instance when $when', async ({ query, count }) => {
  if ((await ask('GET', 'instances/found')).status === 404) await start('quick', 'found');
  await until('found', 'Completed');
  expect((await ask('GET', `instances?instanceIdPrefix=found&${query}`)).body).toHaveLength(count);
});

test('API purges what is over, one or many, and nothing else', async () => {
  await start('quick', 'purge-over');
  await start('waits', 'purge-runs');
  await until('purge-over', 'Completed');
  await until('purge-runs', 'Running');
  expect((await ask('DELETE', 'instances/purge-runs')).status).toBe(404);
  expect(await ask('DELETE', 'instances/purge-over')).toMatchObject({
    status: 200,
    body: { instancesDeleted: 1 },
  });
  expect((await ask('GET', 'instances/purge-over')).status).toBe(404);
  expect((await ask('DELETE', 'instances/purge-over')).status).toBe(404);
  expect(await ask('DELETE', 'instances')).toMatchObject({
    status: 400,
    body: "Please provide value for 'createdTimeFrom' parameter.",
  });
  const since = 'createdTimeFrom=2020-01-01T00:00:00Z';
  expect((await ask('DELETE', `instances?${since}&runtimeStatus=Completed`)).status).toBe(200);
  expect((await ask('GET', 'instances?runtimeStatus=Completed')).body).toEqual([]);
  expect((await ask('DELETE', `instances?${since}&runtimeStatus=Completed`)).status).toBe(404);
  expect((await ask('GET', 'instances/purge-runs')).status).toBe(202);
});

test.each([
  { what: 'rewind', path: 'instances/one/rewind', status: 501 },
  { what: 'restart', path: 'instances/one/restart', status: 501 },
  { what: 'raiseEvent', path: 'instances/one/raiseEvent/go', status: 501 },
  { what: 'entities', path: 'entities/counter/one', status: 501 },
])('API refuses $what by name', async ({ what, path, status }) => {
  if ((await ask('GET', 'instances/one')).status === 404) await start('waits', 'one');
  const answer = await ask('POST', path);
  expect(answer).toMatchObject({ status, body: { error: `The local host does not serve ${what}.` } });
});
