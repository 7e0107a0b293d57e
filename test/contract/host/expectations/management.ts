/** What can be done to instances from outside? Start, status, terminate, suspend, purge, query, events. */
import { expect } from '@jest/globals';
import type { ContractClient, Status } from '../contract-client.js';
import { extension, learn, type Expectation } from '../expectation.js';

const api = (section: string) => learn(`HTTP APIs in Durable Functions, ${section}`);
const manage = learn('Manage instances in Durable Functions');
const handler = extension('HttpApiHandler.cs');

/** An instance that works for a minute of the host's. */
async function atWork(client: ContractClient): Promise<string> {
  const id = await client.start('sleep', 60);
  await client.becomes(id, 'Running');
  return id;
}

async function query(client: ContractClient, given: string, token?: string) {
  const answer = await client.manage(`instances?${given}`, {
    headers: token === undefined ? {} : { 'x-ms-continuation-token': token },
  });
  const found = (await answer.json()) as Status[]; // the API's documented shape
  return { found, token: answer.headers.get('x-ms-continuation-token') ?? '' };
}

/** Some instances that are over, whose ids begin alike. */
async function someOver(client: ContractClient, count: number): Promise<{ prefix: string; ids: string[] }> {
  const prefix = `${client.newId()}x`;
  const ids = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  await Promise.all(ids.map((id) => client.run('echo', 1, { id })));
  return { prefix, ids };
}

const starting: readonly Expectation[] = [
  {
    name: 'start: the app answers 202 with the links of the instance',
    source: api('Async operation tracking'),
    check: async (client) => {
      const answer = await client.begin('echo', 1);
      expect(answer.status).toBe(202);
      const links = (await answer.json()) as Record<string, string>;
      expect(answer.headers.get('location')).toBe(links['statusQueryGetUri']);
      for (const name of [
        'sendEventPostUri',
        'terminatePostUri',
        'purgeHistoryDeleteUri',
        'suspendPostUri',
        'resumePostUri',
      ])
        expect(links[name]).toContain(links['id']);
      expect((await fetch(links['statusQueryGetUri'] ?? '')).ok).toBe(true);
    },
  },
  {
    name: 'start: each instance gets an id of its own when none is given',
    source: learn('Durable Functions instance IDs'),
    check: async (client) => {
      const [one, other] = [await client.start('echo', 1), await client.start('echo', 1)];
      expect(one).toMatch(/^[0-9a-f-]{32,36}$/);
      expect(one).not.toBe(other);
    },
  },
  {
    name: 'start: an id that is at work can’t be started again',
    source: learn('Singleton orchestrators in Durable Functions'),
    check: async (client) => {
      const id = await atWork(client);
      expect((await client.begin('echo', 'again', { id })).ok).toBe(false);
      expect(await client.status(id)).toMatchObject({ name: 'sleep', runtimeStatus: 'Running' });
    },
  },
  {
    name: 'start: an id that is over can be started again',
    source: extension('OverridableStates.cs, NonRunningStates'),
    check: async (client) => {
      const id = client.newId();
      await client.run('throws', 1, { id });
      expect(await client.run('echo', 'again', { id })).toMatchObject({
        runtimeStatus: 'Completed',
        output: 'again',
      });
    },
  },
  {
    name: 'start: an orchestrator that nobody registered is refused',
    source: extension('ContextImplementations/DurableClient.cs, StartNewAsync'),
    check: async (client) => {
      const answer = await client.manage('orchestrators/noSuchOrchestrator', { method: 'POST' });
      expect(answer.status).toBe(400);
    },
  },
  {
    name: 'start: an orchestrator that is switched off is refused',
    source: extension('DurableTaskExtension.cs, ThrowIfFunctionDoesNotExist'),
    check: async (client) => {
      const answer = await client.manage('orchestrators/switchedOffOrchestrator', { method: 'POST' });
      expect(answer.status).toBe(400);
    },
  },
  {
    name: 'start: over HTTP it answers 202, the links and where to look',
    source: api('Start orchestration'),
    check: async (client) => {
      const id = client.newId();
      const answer = await client.manage(`orchestrators/echo/${id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"a":1}',
      });
      expect(answer.status).toBe(202);
      const links = (await answer.json()) as Record<string, string>;
      expect(links['id']).toBe(id);
      expect(links['statusQueryGetUri']).toContain(`/instances/${id}`);
      expect(answer.headers.get('location')).toContain(`/instances/${id}`);
      expect((await client.outcome(id)).output).toEqual({ a: 1 });
    },
  },
  {
    name: 'start: over HTTP, input that is no JSON is refused',
    source: handler,
    check: async (client) => {
      const answer = await client.manage('orchestrators/echo', { method: 'POST', body: '{"a":' });
      expect(answer.status).toBe(400);
    },
  },
  {
    name: 'start: a caller can wait for the output, and gets the links when it takes too long',
    source: learn('HTTP features in Durable Functions'),
    check: async (client) => {
      const wait = (name: string, input: unknown, timeoutMs: number) =>
        client.app(`start-and-wait/${name}?timeoutMs=${timeoutMs}`, {
          method: 'POST',
          body: JSON.stringify(input),
        });
      // The library measures by a clock that no host can change.
      const done = await wait('chain', 1, 5000);
      expect([done.status, await done.json()]).toEqual([200, 8]);
      expect((await wait('sleep', 60, 250)).status).toBe(202);
    },
  },
];

const statuses: readonly Expectation[] = [
  {
    name: 'status: 202 with Location and Retry-After while the instance works',
    source: api('Get instance status'),
    check: async (client) => {
      const id = await atWork(client);
      const answer = await client.manage(`instances/${id}`);
      expect(answer.status).toBe(202);
      expect(answer.headers.get('location')).toContain(`/instances/${id}`);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    },
  },
  {
    name: 'status: 200 with everything once it is over',
    source: api('Get instance status'),
    check: async (client) => {
      const id = client.newId();
      await client.run('chain', 3, { id });
      const answer = await client.manage(`instances/${id}`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        name: 'chain',
        instanceId: id,
        runtimeStatus: 'Completed',
        input: 3,
        customStatus: null,
        output: 24,
      });
    },
  },
  {
    name: 'status: times are whole seconds of UTC, the last not before the first',
    source: handler,
    check: async (client) => {
      const { createdTime, lastUpdatedTime } = await client.run('chain', 3);
      for (const time of [createdTime, lastUpdatedTime])
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Date.parse(lastUpdatedTime)).toBeGreaterThanOrEqual(Date.parse(createdTime));
    },
  },
  {
    name: 'status: 200 for a failed instance, 500 where it is wished',
    source: api('Get instance status, returnInternalServerErrorOnFailure'),
    check: async (client) => {
      const { instanceId } = await client.run('throws', null);
      const ask = (wish: string) => client.manage(`instances/${instanceId}${wish}`);
      expect((await ask('')).status).toBe(200);
      expect((await ask('?returnInternalServerErrorOnFailure=true')).status).toBe(500);
    },
  },
  {
    name: 'status: 404 for an instance that isn’t there',
    source: api('Get instance status'),
    check: async (client) => {
      expect((await client.manage(`instances/${client.newId()}`)).status).toBe(404);
    },
  },
  {
    name: 'status: the input is left out where it is wished',
    source: api('Get instance status, showInput'),
    check: async (client) => {
      const { instanceId } = await client.run('echo', 'hidden');
      expect((await client.status(instanceId))?.input).toBe('hidden');
      expect((await client.status(instanceId, 'showInput=false'))?.input ?? null).toBeNull();
    },
  },
  {
    name: 'status: the history is told where it is wished, by the names of its events',
    source: api('Get instance status, showHistory'),
    check: async (client) => {
      const { instanceId } = await client.run('chain', 1);
      expect((await client.status(instanceId))?.historyEvents ?? null).toBeNull();
      const events = (await client.status(instanceId, 'showHistory=true'))?.historyEvents ?? [];
      expect(events.map((event) => event['EventType'])).toEqual([
        'ExecutionStarted',
        'TaskCompleted',
        'TaskCompleted',
        'TaskCompleted',
        'ExecutionCompleted',
      ]);
      expect(events[1]).toMatchObject({ FunctionName: 'double' });
    },
  },
  {
    name: 'status: results are in the history where it is wished',
    source: api('Get instance status, showHistoryOutput'),
    check: async (client) => {
      const { instanceId } = await client.run('chain', 1);
      const resultOf = async (wish: string) => {
        const status = await client.status(instanceId, `showHistory=true&${wish}`);
        return status?.historyEvents?.find((event) => event['EventType'] === 'TaskCompleted')?.['Result'];
      };
      expect(await resultOf('showHistoryOutput=true')).toBe(2);
      expect((await resultOf('showHistoryOutput=false')) ?? null).toBeNull();
    },
  },
  {
    name: 'status: the client knows what the API knows',
    source: manage,
    check: async (client) => {
      const { instanceId } = await client.run('chain', 2);
      expect((await client.client('status', instanceId)).result).toMatchObject({
        instanceId,
        runtimeStatus: 'Completed',
        output: 16,
      });
    },
  },
  {
    name: 'keys: the management API asks for its key',
    source: api('Authorization'),
    check: async (client) => {
      const { instanceId } = await client.run('echo', 1);
      const url = `${client.host.url}/runtime/webhooks/durabletask/instances/${instanceId}`;
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(`${url}?code=${client.host.keys.function}`)).status).toBe(401);
    },
  },
];

const controls: readonly Expectation[] = [
  {
    name: 'terminate: ends an instance, with the reason as its output',
    source: api('Terminate instance'),
    check: async (client) => {
      const id = await atWork(client);
      expect(
        (await client.manage(`instances/${id}/terminate?reason=enough`, { method: 'POST' })).status,
      ).toBe(202);
      expect(await client.outcome(id)).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
    },
  },
  {
    name: 'terminate: an instance does nothing more',
    source: learn('Manage instances in Durable Functions, Terminate instances'),
    check: async (client) => {
      const subject = client.newId();
      const id = await client.start('waitAndNote', { subject, seconds: 30 });
      await client.becomes(id, 'Running');
      expect((await client.client('terminate', id)).error).toBeUndefined();
      expect((await client.outcome(id)).output).toBe('the client’s reason');
      await client.pass(40);
      expect(await client.notes(subject)).toEqual([]);
    },
  },
  ...['terminate', 'suspend', 'resume'].map((operation): Expectation => ({
    name: `${operation}: 410 for an instance that is over, 404 for one that isn’t there`,
    source: handler,
    check: async (client) => {
      const { instanceId } = await client.run('echo', 1);
      const ask = (id: string) => client.manage(`instances/${id}/${operation}?reason=x`, { method: 'POST' });
      expect((await ask(instanceId)).status).toBe(410);
      expect((await ask(client.newId())).status).toBe(404);
    },
  })),
  {
    name: 'suspend: an instance waits, whatever comes, until it is resumed',
    source: learn('Manage instances in Durable Functions, Suspend and resume instances'),
    check: async (client) => {
      const subject = client.newId();
      const id = await client.start('waitAndNote', { subject, seconds: 30 });
      await client.becomes(id, 'Running');
      expect((await client.manage(`instances/${id}/suspend?reason=pause`, { method: 'POST' })).status).toBe(
        202,
      );
      await client.becomes(id, 'Suspended');
      await client.pass(40);
      expect(await client.notes(subject)).toEqual([]);
      expect((await client.manage(`instances/${id}/resume?reason=on`, { method: 'POST' })).status).toBe(202);
      expect(await client.outcome(id)).toMatchObject({ runtimeStatus: 'Completed', output: 'went on' });
    },
  },
  {
    name: 'raise event: 202, 404 for no instance, 410 for one that is over',
    source: api('Raise event'),
    check: async (client) => {
      const { instanceId } = await client.run('echo', 1);
      const ask = (id: string) =>
        client.manage(`instances/${id}/raiseEvent/approved`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '1',
        });
      expect((await ask(await atWork(client))).status).toBe(202);
      expect((await ask(client.newId())).status).toBe(404);
      expect((await ask(instanceId)).status).toBe(410);
    },
  },
  {
    name: 'rewind: a failed instance runs again what failed',
    source: learn('Manage instances in Durable Functions, Rewind instances'),
    check: async (client) => {
      const id = client.newId();
      expect((await client.run('failsOnce', null, { id })).runtimeStatus).toBe('Failed');
      expect((await client.client('rewind', id)).error).toBeUndefined();
      expect((await client.becomes(id, 'Completed')).output).toBe('mended');
    },
  },
  {
    name: 'purge: an instance that is over is forgotten; 404 for one that isn’t there',
    source: api('Purge single instance history'),
    check: async (client) => {
      const { instanceId } = await client.run('echo', 1);
      const purge = () => client.manage(`instances/${instanceId}`, { method: 'DELETE' });
      const answer = await purge();
      expect([answer.status, await answer.json()]).toEqual([200, { instancesDeleted: 1 }]);
      expect(await client.status(instanceId)).toBeUndefined();
      expect((await purge()).status).toBe(404);
    },
  },
  {
    name: 'purge: many are forgotten by time and status, and no others',
    source: api('Purge multiple instance histories'),
    check: async (client) => {
      await client.pass(2); // times are compared to the second
      const from = (await client.run('chain', 1)).createdTime;
      const failed = (await client.run('throws', 1)).instanceId;
      const kept = (await client.run('echo', 1)).instanceId;
      const answer = await client.manage(`instances?createdTimeFrom=${from}&runtimeStatus=Failed`, {
        method: 'DELETE',
      });
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as { instancesDeleted: number }).instancesDeleted).toBeGreaterThanOrEqual(
        1,
      );
      expect(await client.status(failed)).toBeUndefined();
      expect((await client.status(kept))?.runtimeStatus).toBe('Completed');
    },
  },
];

const queries: readonly Expectation[] = [
  {
    name: 'query: by status',
    source: api('Get all instances status, runtimeStatus'),
    check: async (client) => {
      const failed = (await client.run('throws', 1)).instanceId;
      const { found } = await query(client, 'runtimeStatus=Failed,Terminated');
      expect(found.map(({ instanceId }) => instanceId)).toContain(failed);
      expect(new Set(found.map(({ runtimeStatus }) => runtimeStatus)).has('Completed')).toBe(false);
    },
  },
  {
    name: 'query: by the beginning of ids',
    source: api('Get all instances status, instanceIdPrefix'),
    check: async (client) => {
      const { prefix, ids } = await someOver(client, 3);
      await someOver(client, 1);
      const { found } = await query(client, `instanceIdPrefix=${prefix}`);
      expect(found.map(({ instanceId }) => instanceId).sort()).toEqual(ids);
    },
  },
  {
    name: 'query: by the time of creation',
    source: api('Get all instances status, createdTimeFrom and createdTimeTo'),
    check: async (client) => {
      const early = await client.run('echo', 1);
      await client.pass(3);
      const late = await client.run('echo', 1);
      const idsOf = async (given: string) =>
        (await query(client, given)).found.map(({ instanceId }) => instanceId);
      const between = new Date(Date.parse(late.createdTime) - 1000).toISOString();
      const after = await idsOf(`createdTimeFrom=${between}`);
      expect([after.includes(early.instanceId), after.includes(late.instanceId)]).toEqual([false, true]);
      const before = await idsOf(`createdTimeTo=${between}`);
      expect([before.includes(early.instanceId), before.includes(late.instanceId)]).toEqual([true, false]);
    },
  },
  {
    name: 'query: page by page, each instance once',
    source: api('Get all instances status, top and request with paging'),
    check: async (client) => {
      const { prefix, ids } = await someOver(client, 5);
      const seen: string[] = [];
      let pages = 0;
      for (let token: string | undefined; ;) {
        const page = await query(client, `top=2&instanceIdPrefix=${prefix}`, token);
        expect(page.found.length).toBeLessThanOrEqual(2);
        seen.push(...page.found.map(({ instanceId }) => instanceId));
        pages++;
        token = page.token;
        if (token === '' || token === 'null' || pages > 9) break;
      }
      expect(seen.sort()).toEqual(ids);
      expect(pages).toBeGreaterThanOrEqual(3);
    },
  },
];

export const management: readonly Expectation[] = [...starting, ...statuses, ...controls, ...queries];
