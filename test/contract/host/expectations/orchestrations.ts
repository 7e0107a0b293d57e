/** What do orchestrations do when all goes well? */
import { expect } from '@jest/globals';
import { extension, learn, type Expectation } from '../expectation.js';

const replayed = learn('Orchestrator code constraints in Durable Functions');

export const orchestrations: readonly Expectation[] = [
  {
    name: 'chaining: each activity gets what the one before answered',
    source: learn('Function chaining in Durable Functions'),
    check: async (client) => {
      expect(await client.run('chain', 5)).toMatchObject({ runtimeStatus: 'Completed', output: 40 });
    },
  },
  {
    name: 'fan-out: results come in the order of the calls, not of the ends',
    source: learn('Fan-out/fan-in scenario in Durable Functions'),
    check: async (client) => {
      const input = { subject: client.newId(), seconds: [6, 1, 3] };
      expect((await client.run('fanOut', input)).output).toEqual([0, 1, 2]);
    },
  },
  {
    name: 'fan-out: activities run at the same time',
    source: learn('Fan-out/fan-in scenario in Durable Functions'),
    check: async (client) => {
      const subject = client.newId();
      await client.run('fanOut', { subject, seconds: [5, 5, 5] });
      const notes = await client.notes(subject);
      expect(notes.map(({ what }) => what)).toEqual(['begins', 'begins', 'begins', 'ends', 'ends', 'ends']);
    },
  },
  {
    name: 'fan-out: no more activities run at once than host.json allows',
    source: learn('Performance and scale in Durable Functions, concurrency throttles'),
    check: async (client) => {
      const subject = client.newId();
      await client.run('fanOut', { subject, seconds: Array.from({ length: 12 }, () => 3) });
      let running = 0;
      let most = 0;
      for (const { what } of await client.notes(subject)) {
        running += what === 'begins' ? 1 : -1;
        most = Math.max(most, running);
      }
      expect(most).toBe(5);
    },
  },
  {
    name: 'timer: fires no earlier than it should',
    source: learn('Timers in Durable Functions'),
    check: async (client) => {
      const { output } = await client.run('sleep', 7);
      expect(output).toBeGreaterThanOrEqual(7000);
    },
  },
  {
    name: 'timer: one in the past fires at once',
    source: learn('Timers in Durable Functions'),
    check: async (client) => {
      expect((await client.run('sleep', -60)).runtimeStatus).toBe('Completed');
    },
  },
  {
    name: 'replay: the current time is the same each time',
    source: replayed,
    check: async (client) => {
      const subject = client.newId();
      await client.run('replay', subject);
      const times = await client.notes(`${subject}-time`);
      expect(times.length).toBeGreaterThan(1);
      expect(new Set(times.map(({ what }) => what)).size).toBe(1);
    },
  },
  {
    name: 'replay: a new guid is the same each time, and another in another instance',
    source: replayed,
    check: async (client) => {
      const guidsOf = async () => {
        const subject = client.newId();
        await client.run('replay', subject);
        return new Set((await client.notes(`${subject}-guid`)).map(({ what }) => what));
      };
      const [first, second] = [await guidsOf(), await guidsOf()];
      expect([first.size, second.size]).toEqual([1, 1]);
      expect(first).not.toEqual(second);
    },
  },
  {
    name: 'replay: isReplaying is false once for each line',
    source: learn('Durable orchestrations, Reliability and replay'),
    check: async (client) => {
      const subject = client.newId();
      await client.run('replay', subject);
      expect(await client.notes(`${subject}-first`)).toHaveLength(1);
      expect(await client.notes(`${subject}-second`)).toHaveLength(1);
    },
  },
  {
    name: 'replay: time goes on between activities',
    source: replayed,
    check: async (client) => {
      const subject = client.newId();
      await client.run('replay', subject);
      const [begun] = await client.notes(`${subject}-time`);
      const [later] = await client.notes(`${subject}-later`);
      expect(Date.parse(String(later?.what))).toBeGreaterThanOrEqual(Date.parse(String(begun?.what)));
    },
  },
  {
    name: 'eternal: a new run gets the new input, under the same id',
    source: learn('Eternal orchestrations in Durable Functions'),
    check: async (client) => {
      const id = client.newId();
      expect(await client.run('eternal', 1, { id })).toMatchObject({
        instanceId: id,
        runtimeStatus: 'Completed',
        input: 3,
        output: 3,
      });
    },
  },
  {
    name: 'eternal: the history is that of the last run alone',
    source: learn('Eternal orchestrations in Durable Functions'),
    check: async (client) => {
      const { instanceId } = await client.run('eternal', 1);
      const { instanceId: plain } = await client.run('eternal', 3);
      const lengthOf = async (id: string) =>
        (await client.status(id, 'showHistory=true'))?.historyEvents?.length;
      expect(await lengthOf(instanceId)).toBe(await lengthOf(plain));
    },
  },
  {
    name: 'custom status: is seen while the orchestration runs, and stays when it is over',
    source: learn('Custom orchestration status in Durable Functions'),
    check: async (client) => {
      const id = await client.start('progress', 30);
      await client.eventually('the first custom status', async () =>
        JSON.stringify((await client.status(id))?.customStatus) === '{"step":"begun"}' ? true : undefined,
      );
      expect(await client.outcome(id)).toMatchObject({ customStatus: { step: 'slept' }, output: 'done' });
    },
  },
  {
    name: 'payloads: JSON of any kind comes back as it was given',
    source: learn('Data persistence and serialization in Durable Functions'),
    check: async (client) => {
      for (const input of ['text', '', 0, false, null, [1, 'b'], { a: { b: [null] }, ü: '€' }])
        expect((await client.run('echo', input)).output).toEqual(input);
    },
  },
  {
    name: 'versions: an instance gets the default of host.json',
    source: learn('Orchestration versioning in Durable Functions'),
    check: async (client) => {
      expect((await client.run('version', null)).output).toBe('2.1');
    },
  },
  {
    name: 'versions: an instance keeps the version that it is started with',
    source: learn('Orchestration versioning in Durable Functions'),
    check: async (client) => {
      expect((await client.run('version', null, { version: '1.7' })).output).toBe('1.7');
    },
  },
  {
    name: 'race: Task.any answers the first to end',
    source: learn('Timers in Durable Functions, Usage for timeout'),
    check: async (client) => {
      const input = { subject: client.newId(), seconds: [8, 1, 8] };
      expect((await client.run('race', input)).output).toBe(1);
    },
  },
  {
    name: 'race: a timer ends what takes too long, and is cancelled when it isn’t needed',
    source: learn('Timers in Durable Functions, Usage for timeout'),
    check: async (client) => {
      const run = (lasts: number, given: number) =>
        client.run('deadline', { subject: client.newId(), lasts, given });
      expect((await run(20, 2)).output).toBe('too late');
      expect((await run(2, 3600)).output).toBe('in time');
    },
  },
  {
    name: 'external events: one that comes is what the orchestration waited for',
    source: learn('Handling external events in Durable Functions'),
    check: async (client) => {
      const id = await client.start('approval', null);
      await client.becomes(id, 'Running');
      await client.client('raise', id, { by: 'somebody' });
      expect((await client.outcome(id)).output).toEqual({ by: 'somebody' });
    },
  },
  {
    name: 'external events: one that comes before it is waited for is kept',
    source: learn('Handling external events in Durable Functions'),
    check: async (client) => {
      const id = await client.start('lateApproval', 10);
      await client.becomes(id, 'Running');
      await client.client('raise', id, 'early');
      expect((await client.outcome(id)).output).toBe('early');
    },
  },
  {
    name: 'sub-orchestrations: their result comes back, and they know their parent',
    source: learn('Sub-orchestrations in Durable Functions'),
    check: async (client) => {
      const { instanceId, output } = await client.run('parent', 4);
      expect(output).toEqual({ doubled: 8, parent: instanceId });
    },
  },
  {
    name: 'entities: calls come one after the other, and their state stays',
    source: learn('Durable entities'),
    check: async (client) => {
      expect((await client.run('count', client.newId())).output).toBe(5);
    },
  },
  {
    name: 'entities: a signal of a client changes the state that clients read',
    source: learn('Durable entities, Access entities'),
    check: async (client) => {
      const key = client.newId();
      expect((await client.client('signal', key, 7)).error).toBeUndefined();
      const state = await client.eventually('the state', async () => {
        const { result } = await client.client('read', key);
        const read = result as { entityExists?: boolean; entityState?: unknown } | null | undefined;
        return read?.entityExists === true ? read : undefined;
      });
      expect(state.entityState).toBe(7);
    },
  },
  {
    name: 'callHttp: an orchestration gets what a server answers',
    source: learn('HTTP features in Durable Functions, Consume HTTP APIs'),
    check: async (client) => {
      expect((await client.run('ask', `${client.host.url}/v1/returnsNothing`)).output).toBe(204);
    },
  },
  {
    name: 'large payloads: a result of 100 KB comes back whole',
    source: extension('Options/AzureStorageOptions.cs, FetchLargeMessagesAutomatically'),
    check: async (client) => {
      const input = 'x'.repeat(100_000);
      expect((await client.run('echo', input)).output).toBe(input);
    },
  },
];
