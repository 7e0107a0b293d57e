/** How is the app reached over HTTP? Durable clients, notes, and routes of every kind. */
import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { notesOf } from './notes.js';

const durable = { authLevel: 'anonymous' as const, extraInputs: [df.input.durableClient()] };

app.http('start', {
  ...durable,
  methods: ['POST'],
  route: 'start/{name}/{id?}',
  handler: async (request, context) => {
    const client = df.getClient(context);
    const version = request.query.get('version');
    const instanceId = await client.startNew(request.params['name'] ?? '', {
      ...(request.params['id'] === undefined ? {} : { instanceId: request.params['id'] }),
      ...(version === null ? {} : { version }),
      input: await request.json(),
    });
    return client.createCheckStatusResponse(request, instanceId);
  },
});

app.http('startAndWait', {
  ...durable,
  methods: ['POST'],
  route: 'start-and-wait/{name}',
  handler: async (request, context) => {
    const client = df.getClient(context);
    const instanceId = await client.startNew(request.params['name'] ?? '', { input: await request.json() });
    return client.waitForCompletionOrCreateCheckStatusResponse(request, instanceId, {
      timeoutInMilliseconds: Number(request.query.get('timeoutMs')),
      retryIntervalInMilliseconds: 200,
    });
  },
});

/** Does what a client can do to an instance; its answers and errors come back. */
app.http('client', {
  ...durable,
  methods: ['POST'],
  route: 'client/{call}/{id}',
  handler: async (request, context) => {
    const { call = '', id = '' } = request.params;
    const client = df.getClient(context);
    try {
      return { jsonBody: { result: (await callClient(client, call, id, await request.json())) ?? null } };
    } catch (error) {
      return { jsonBody: { error: error instanceof Error ? error.message : String(error) } };
    }
  },
});

async function callClient(
  client: df.DurableClient,
  call: string,
  id: string,
  given: unknown,
): Promise<unknown> {
  switch (call) {
    case 'status':
      return client.getStatus(id);
    case 'terminate':
      return client.terminate(id, 'the client’s reason');
    case 'suspend':
      return client.suspend(id, 'a pause');
    case 'resume':
      return client.resume(id, 'go on');
    case 'rewind':
      return client.rewind(id, 'once more');
    case 'purge':
      return client.purgeInstanceHistory(id);
    case 'raise':
      return client.raiseEvent(id, 'approved', given);
    case 'signal':
      return client.signalEntity(new df.EntityId('counter', id), 'add', given);
    case 'read':
      return client.readEntityState(new df.EntityId('counter', id));
    default:
      throw new Error(`The contract's app has no call "${call}".`);
  }
}

app.http('notes', {
  authLevel: 'anonymous',
  route: 'notes/{subject}',
  handler: (request) => ({ jsonBody: notesOf(request.params['subject'] ?? '') }),
});

async function tell(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  return {
    jsonBody: {
      functionName: context.functionName,
      method: request.method,
      params: request.params,
      query: Object.fromEntries(request.query),
      header: request.headers.get('x-asked'),
      body: Buffer.from(await request.arrayBuffer()).toString('base64'),
    },
  };
}

const open = { authLevel: 'anonymous', handler: tell } as const;

app.http('byItsName', open);
app.http('echoed', {
  ...open,
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  route: 'Echo/{first}/{second?}',
});
app.http('numbered', { ...open, route: 'numbers/{n:int:range(1,9)}' });
app.http('rest', { ...open, route: 'files/{*path}' });
app.http('headed', { ...open, methods: ['HEAD'], route: 'headed' });
app.http('switchedOff', open);
app.http('keyed', { ...open, authLevel: 'function', route: 'keyed' });
app.http('governed', { ...open, authLevel: 'admin', route: 'governed' });
// Two routes that fit one path, once with the wider one's name first and once with its name last.
app.http('aWide', { ...open, route: 'first/{name}' });
app.http('bNarrow', { ...open, route: 'first/exact' });
app.http('zWide', { ...open, route: 'last/{name}' });
app.http('cNarrow', { ...open, route: 'last/exact' });

app.http('returnsNothing', {
  authLevel: 'anonymous',
  handler: () => undefined as unknown as HttpResponseInit, // what plain JavaScript returns
});
app.http('returnsEmpty', { authLevel: 'anonymous', handler: () => ({}) });
app.http('throwsError', {
  authLevel: 'anonymous',
  handler: () => {
    throw new Error('what nobody outside may read');
  },
});
app.http('returnsAll', {
  authLevel: 'anonymous',
  handler: () => ({
    status: 418,
    headers: { 'x-told': 'yes', 'content-type': 'application/x-tea' },
    cookies: [{ name: 'cup', value: 'full', path: '/', httpOnly: true }],
    body: Buffer.from([0, 255, 128]),
  }),
});
