/** What becomes of orchestrations in which something fails? */
import { expect } from '@jest/globals';
import type { ContractClient } from '../contract-client.js';
import { extension, learn, type Expectation } from '../expectation.js';

const errors = learn('Handling errors in Durable Functions');

async function retried(
  client: ContractClient,
  given: { readonly times: number; readonly attempts: number; readonly coefficient: number },
) {
  const subject = client.newId();
  const status = await client.run('retries', { subject, ...given });
  const at = (await client.notes(subject)).map(({ atMs }) => atMs);
  return { status, calls: at.length, pausesMs: at.slice(1).map((time, index) => time - (at[index] ?? 0)) };
}

export const failures: readonly Expectation[] = [
  {
    name: 'failures: an orchestrator can catch what an activity throws, with its message',
    source: errors,
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('catches', null);
      expect(runtimeStatus).toBe('Completed');
      expect(output).toMatch(/^caught: .*the activity fails/s);
    },
  },
  {
    name: 'failures: an orchestration fails with the message when nobody catches it',
    source: errors,
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('failsByActivity', null);
      expect(runtimeStatus).toBe('Failed');
      expect(output).toContain('the activity fails');
    },
  },
  {
    name: 'failures: the message of a failed activity names it',
    source: extension('Listener/TaskActivityShim.cs'),
    check: async (client) => {
      expect((await client.run('failsByActivity', null)).output).toContain("Activity function 'fail' failed");
    },
  },
  {
    name: 'failures: an orchestration fails with what its orchestrator throws',
    source: errors,
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('throws', null);
      expect(runtimeStatus).toBe('Failed');
      expect(output).toContain('the orchestrator throws');
    },
  },
  {
    name: 'failures: the others of a Task.all go on to their ends when one fails',
    source: learn('Fan-out/fan-in scenario in Durable Functions'),
    check: async (client) => {
      const subject = client.newId();
      expect((await client.run('failsAmongOthers', { subject, seconds: 3 })).runtimeStatus).toBe('Failed');
      expect((await client.notesOnce(subject, 2)).map(({ what }) => what)).toEqual(['begins', 'ends']);
    },
  },
  {
    name: 'failures: an activity that nobody registered fails the orchestration, by its name',
    source: extension('DurableTaskExtension.cs, ThrowIfFunctionDoesNotExist'),
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('callsNobody', null);
      expect(runtimeStatus).toBe('Failed');
      expect(output).toContain('noSuchActivity');
    },
  },
  {
    name: 'failures: an activity that is switched off fails the orchestration, by its name',
    source: extension('DurableTaskExtension.cs, ThrowIfFunctionDoesNotExist'),
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('callsSwitchedOff', null);
      expect(runtimeStatus).toBe('Failed');
      expect(output).toContain('switchedOffActivity');
    },
  },
  {
    name: 'failures: an orchestrator that asks for something else when it is replayed fails',
    source: learn('Orchestrator code constraints in Durable Functions'),
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('fickle', null);
      expect(runtimeStatus).toBe('Failed');
      expect(String(output)).toMatch(/non-?deterministic|not deterministic/i);
    },
  },
  {
    name: 'failures: a parent can catch what its sub-orchestration throws',
    source: errors,
    check: async (client) => {
      expect((await client.run('parentOfFailing', null)).output).toMatch(
        /^caught: .*the orchestrator throws/s,
      );
    },
  },
  {
    name: 'failures: an invocation that lasts longer than functionTimeout fails',
    source: learn('host.json reference for Azure Functions, functionTimeout'),
    check: async (client) => {
      const { runtimeStatus, output } = await client.run('fanOut', {
        subject: client.newId(),
        seconds: [40],
      });
      expect(runtimeStatus).toBe('Failed');
      expect(output).toContain('Timeout value of 00:00:40 was exceeded by function: Functions.last');
    },
  },
  {
    name: 'retries: an activity is called until it succeeds',
    source: learn('Handling errors in Durable Functions, Automatic retry on failure'),
    check: async (client) => {
      const { status, calls } = await retried(client, { times: 2, attempts: 5, coefficient: 1 });
      expect(status).toMatchObject({ runtimeStatus: 'Completed', output: 3 });
      expect(calls).toBe(3);
    },
  },
  {
    name: 'retries: an activity is called no more often than it may be',
    source: learn('Handling errors in Durable Functions, Automatic retry on failure'),
    check: async (client) => {
      const { status, calls } = await retried(client, { times: 9, attempts: 3, coefficient: 1 });
      expect(status.runtimeStatus).toBe('Failed');
      expect(status.output).toContain('call 3 fails');
      expect(calls).toBe(3);
    },
  },
  {
    name: 'retries: pauses grow by the coefficient',
    source: learn('Handling errors in Durable Functions, Automatic retry on failure'),
    check: async (client) => {
      const { pausesMs } = await retried(client, { times: 3, attempts: 4, coefficient: 2 });
      expect(pausesMs).toHaveLength(3);
      for (const [index, pauseMs] of pausesMs.entries())
        expect(pauseMs).toBeGreaterThanOrEqual(2000 * 2 ** index - 100); // a clock that is scaled rounds
    },
  },
];
